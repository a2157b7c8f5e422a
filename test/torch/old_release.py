"""What torch 1.13.1, which Debian 12 has, computes otherwise than the newest.

Such losses are compared with formulas alone. Tensor operations are composed of others, so that they
give what the newest gives.
"""

import inspect

import torch
from torch.nn import functional as F

from arrays import decode, operand, rounded

IS_OLD = "weight" not in inspect.signature(F.l1_loss).parameters


def unlike_the_newest(case):
    """Why the old torch is not asked about a case; None where it computes what the newest does."""
    leaves = {name: decode(case[name]) for name in ("input", "target", "weight") if case.get(name)}
    kinds = {leaf.dtype for leaf in leaves.values()}
    if any(kind.is_complex for kind in kinds):
        return "its complex division loses tiny numbers"
    if case["loss"] != "l1" and len(kinds) > 1:
        return "its backward pass fails for mixed dtypes"
    if case["loss"] == "huber" and torch.float16 in kinds:
        return "its Huber rounds float16 elsewhere"
    if case["loss"] == "smoothL1" and case.get("parameter", 1) == 0:
        return "its SmoothL1 of beta 0 is not L1"
    shapes = [operand(case[name], leaves[name]).shape for name in ("input", "target")]
    count = float(torch.broadcast_shapes(*shapes).numel())
    if case["reduction"] == "mean" and all(kind.is_floating_point for kind in kinds):
        if rounded([count], case["input"]["dtype"])[0] != count:
            return "it rounds the N of a mean to the half type"
    return None


def rounds_terms(case, dtype):
    """Whether its sum adds terms that were rounded to a half type."""
    return IS_OLD and case["reduction"] != "none" and dtype in (torch.float16, torch.bfloat16)


def composed(case, operands, options):
    """A weighted loss, which it lacks, of the operations that the newest makes it of."""
    loss, reduction, weight = case["loss"], case["reduction"], operands["weight"]
    x, y = torch.broadcast_tensors(operands["input"], operands["target"])
    if loss == "huber":
        each = F.huber_loss(x, y, reduction="none", **options) * weight
    else:
        each = (torch.pow(x - y, 2) if loss == "mse" else torch.abs(x - y)) * weight
    if reduction == "none":
        return each
    if reduction == "sum":
        return each.sum()
    return each.mean() if loss == "huber" else each.sum() / weight.sum()


HALVES = (torch.float16, torch.bfloat16)
NOT_IN_FLOAT16 = ("sqrt", "relu", "clamp")


def differs_in_the_old(case):
    """float16 has no root; that of float32 has another gradient."""
    return any(name == "sqrt" for name, *_ in case["program"]) and any(
        leaf["dtype"] == "float16" and leaf["requires"] for leaf in case["leaves"])


def old_step(name, arguments, options, step):
    """The newest's result of a step that the old one computes otherwise; None for any other step."""
    first = arguments[0]
    if first.dtype == torch.float16 and name in NOT_IN_FLOAT16:
        return step(name, [first.to(torch.float32)], options).to(torch.float16)
    if name == "clamp" and first.requires_grad:
        return Clamp.apply(first, options.get("min"), options.get("max"))
    if first.dtype in HALVES and name in ("mul", "div") and not torch.is_tensor(arguments[1]):
        # The newest keeps such a number in float32, this one rounds it to the half type first.
        return step(name, [first.to(torch.float32), arguments[1]], options).to(first.dtype)
    return None


class Clamp(torch.autograd.Function):
    """The old one hands the gradient on at the bounds, too; the newest does not."""

    @staticmethod
    def forward(context, x, low, high):
        inside = torch.ones_like(x, dtype=torch.bool)
        inside = inside if low is None else inside & (x > low)
        inside = inside if high is None else inside & (x < high)
        context.save_for_backward(inside)
        return torch.clamp(x, low, high)

    @staticmethod
    def backward(context, upstream):
        (inside,) = context.saved_tensors
        return torch.where(inside, upstream, torch.zeros_like(upstream)), None, None
