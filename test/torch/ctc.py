"""Connectionist temporal classification: losses and gradients by PyTorch itself."""

import torch
from torch.nn import functional as F

from arrays import decode, encode

OPTIONS = {"blank": "blank", "reduction": "reduction", "zeroInfinity": "zero_infinity"}


def evaluate_ctc(case):
    log_probs = decode(case["logProbs"]).requires_grad_()
    lengths = [torch.tensor(case[word]) for word in ("inputLengths", "targetLengths")]
    given = {OPTIONS[word]: value for word, value in case["options"].items()}
    value = F.ctc_loss(log_probs, decode(case["targets"]), *lengths, **given)
    upstream = decode(case["upstream"]).to(value.dtype).reshape(value.shape)
    (gradient,) = torch.autograd.grad(value, log_probs, upstream)
    return {"value": encode(value.detach()), "gradient": encode(gradient), "node": type(value.grad_fn).__name__}
