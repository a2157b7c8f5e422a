"""The losses of rows of the table in src/loss/row-losses.ts, and the operations they take: values and gradients by PyTorch itself."""

import torch
from torch.nn import functional as F

from arrays import TORCH, decode
from formula_losses import snake
from rowwise import numbers


def evaluate_row_loss(case):
    function = getattr(F, snake(case["rowLoss"]))
    operands = [decode(wire).requires_grad_(wire["requires"]) for wire in case["operands"]]
    options = {snake(word): value for word, value in case["options"].items()}
    if case["weight"]:
        options["weight"] = decode(case["weight"])
    if options.get("p") == "inf":
        options["p"] = float("inf")
    try:
        value = function(*operands, **options)
    except (RuntimeError, NotImplementedError) as refusal:
        return {"refused": str(refusal)}
    leaves = [x for x in operands if x.requires_grad]
    upstream = decode(case["upstream"]).to(value.dtype).expand(value.shape)
    gradients = torch.autograd.grad(value, leaves, upstream, allow_unused=True)
    names = {dtype: name for name, dtype in TORCH.items()}
    answer = {"dtype": names[value.dtype], "shape": list(value.shape), "value": numbers(value), "node": type(value.grad_fn).__name__}
    return {**answer, "gradients": [None if x is None else numbers(x) for x in gradients]}
