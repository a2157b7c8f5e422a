"""The losses of rows of classes, of the table in src/loss/rowwise.ts: values and gradients by PyTorch itself."""

import torch
from torch.nn import functional as F

from arrays import TORCH, decode

FUNCTIONS = {"crossEntropy": F.cross_entropy, "nllLoss": F.nll_loss}
OPTIONS = {"ignoreIndex": "ignore_index", "labelSmoothing": "label_smoothing"}


def numbers(x):
    """As float64, in which all dtypes of the cases are exact; JSON has no NaN or infinities."""
    return [str(value) if value != value or abs(value) == float("inf") else value for value in x.detach().double().flatten().tolist()]


def evaluate_rows(case):
    input = decode(case["input"]).requires_grad_()
    given = {OPTIONS[word]: value for word, value in case["options"].items() if word in OPTIONS}
    weight = decode(case["weight"]) if case["weight"] else None
    try:
        value = FUNCTIONS[case["rowwise"]](input, decode(case["target"]), weight=weight, reduction=case["options"]["reduction"], **given)
    except (RuntimeError, NotImplementedError) as refusal:
        # Halves of older releases; what is refused on purpose, test/nn/rowwise.test.ts tests.
        return {"refused": str(refusal)}
    upstream = decode(case["upstream"]).to(value.dtype).reshape(value.shape)
    (gradient,) = torch.autograd.grad(value, input, upstream)
    names = {dtype: name for name, dtype in TORCH.items()}
    return {"dtype": names[value.dtype], "value": numbers(value), "gradient": numbers(gradient), "node": type(value.grad_fn).__name__}
