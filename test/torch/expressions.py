"""Small programs of tensor operations: {"leaves": [...], "program": [[op, args, options], ...]}, answered by torch itself.

Registers are the leaves and then each step's result; the last one is the value. An argument is a register's index or
{"number": x}. A case whose sums, products or matmuls round is answered with {"inexact": true} when it asks for that.
"""

import numpy
import torch

from arrays import FLOATS, NAMES, decode, encode, numbers
from exact import SUM_ULPS, bounds, exact_sum
from old_release import HALVES, IS_OLD, differs_in_the_old, old_step
from spread import Range

BINARY = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div,
          "maximum": torch.maximum, "minimum": torch.minimum, "matmul": torch.matmul, "mm": torch.mm,
          "eq": torch.eq, "ne": torch.ne, "lt": torch.lt, "le": torch.le, "gt": torch.gt, "ge": torch.ge}
UNARY = {"neg": torch.neg, "abs": torch.abs, "sign": torch.sign, "square": torch.square, "sqrt": torch.sqrt,
         "relu": torch.relu, "t": torch.t}


def evaluate(case):
    if IS_OLD and differs_in_the_old(case):
        return {"inexact": True}
    try:
        leaves, registers = run(case, lambda tensor: tensor)
    except (RuntimeError, IndexError) as error:
        return {"error": str(error).split("\n")[0]}
    value = registers[-1]
    if case.get("grid") and not exact(case, leaves, registers):
        return {"inexact": True}
    return {
        "value": summed(case, registers) or encode(value),
        "gradients": [None if leaf.grad is None else encode(leaf.grad) for leaf in leaves],
    }


def run(case, convert):
    leaves = [convert(decode(wire)).requires_grad_(wire.get("requires", False)) for wire in case["leaves"]]
    registers = list(leaves)
    for name, arguments, options in case["program"]:
        registers.append(step(name, [registers[a] if isinstance(a, int) else a["number"] for a in arguments], options))
    value = registers[-1]
    if value.requires_grad:
        upstream = convert(decode(case["upstream"])) if case.get("upstream") else torch.ones_like(value)
        value.backward(upstream)
    return leaves, registers


def step(name, arguments, options):
    first = arguments[0]
    if IS_OLD and (made := old_step(name, arguments, options, step)) is not None:
        return made
    if name in UNARY:
        return UNARY[name](first)
    if name == "pow":
        return torch.pow(first, arguments[1])
    if name == "clamp":
        return torch.clamp(first, **options)
    if name in ("sum", "mean", "amax", "amin", "nansum"):
        dimensions = {} if options.get("dim") is None else {"dim": options["dim"], "keepdim": options.get("keepdim", False)}
        value = getattr(torch, name)(first, **dimensions)
        return first_zeros(value, first, dimensions.get("dim")) if name in ("amax", "amin") else value
    if "alpha" in options:
        return with_alpha(name, *arguments, options["alpha"])
    if name in ("maximum", "minimum") and torch.result_type(*arguments).is_floating_point:
        return signed_zeros(name, *arguments)
    return BINARY[name](*arguments, **options)


def with_alpha(name, x, y, alpha):
    """torch's x + alpha y, with bits that are everywhere the same.

    It fuses product and sum where the machine can; these are rounded each. Its vectors of halves round
    alpha, compute in float32, and round once; its last elements round the product as well.
    """
    value = BINARY[name](x, y, alpha=alpha)
    dtype = value.dtype
    if not dtype.is_floating_point:
        return value
    x, y = (part.detach().to(dtype) if torch.is_tensor(part) else torch.tensor(part, dtype=dtype) for part in (x, y))
    if dtype in HALVES:
        x, y, alpha = x.float(), y.float(), float(torch.tensor(alpha, dtype=dtype))
    return Replaced.apply(value, BINARY[name](x, y * alpha).to(dtype))


class Replaced(torch.autograd.Function):
    """Other bits for the value, the same gradient."""

    @staticmethod
    def forward(context, value, bits):
        return bits.clone()

    @staticmethod
    def backward(context, upstream):
        return upstream, None


def signed_zeros(name, x, y):
    """maximum(0, -0) is 0 and minimum(0, -0) is -0, as IEEE 754 has it: torch gives either, by the place in the tensor."""
    value = BINARY[name](x, y)
    x, y = x.detach().to(value.dtype), y.detach().to(value.dtype)
    zeros = x + y if name == "maximum" else -((-x) + (-y))
    return Replaced.apply(value, torch.where((x == 0) & (y == 0), zeros, value.detach()))


def first_zeros(value, x, dim):
    """An extreme that is 0 has the sign of the first of the zeros: torch's goes by the lane of a vector that it was found in."""
    if not x.is_floating_point() or x.numel() == 0:
        return value
    kept, dims = kept_and_reduced(x, dim)
    rows = x.detach().permute(kept + dims).reshape(value.numel(), -1)
    first = rows.gather(1, (rows == 0).to(torch.uint8).argmax(dim=1, keepdim=True)).reshape(value.shape)
    return Replaced.apply(value, torch.where(value.detach() == 0, first, value.detach()))


def kept_and_reduced(x, dim):
    """The dimensions that stay and those that are reduced, from a dimension, several, or None for all."""
    dims = list(range(x.ndim)) if dim is None else [dim] if isinstance(dim, int) else dim
    dims = [d % max(x.ndim, 1) for d in dims] if x.ndim else []
    return [d for d in range(x.ndim) if d not in dims], dims


def summed(case, registers):
    """The range for a last step that adds rounded numbers; None for any other."""
    name, (first, *_), options = case["program"][-1]
    value = registers[-1]
    dtype = NAMES[value.dtype]
    if case.get("grid") or name not in ("sum", "mean", "nansum") or dtype not in FLOATS:
        return None
    tensor = registers[first].detach()
    kept, dims = kept_and_reduced(tensor, options.get("dim"))
    count = int(numpy.prod([tensor.shape[d] for d in dims]))
    rows = numbers(tensor.permute(kept + dims).contiguous()).reshape(value.numel(), count)
    low, high = [], []
    for row in rows:
        total = exact_sum([0.0 if name == "nansum" and v != v else float(v) for v in row])
        divisor = count if name == "mean" else 1
        sides = bounds(total / divisor, dtype, SUM_ULPS[dtype]) if divisor else (numpy.nan, numpy.nan)
        low.append(sides[0])
        high.append(sides[1])
    return Range(numpy.array(low, numpy.float64), numpy.array(high, numpy.float64)).wire(value.shape, dtype)


def exact(case, leaves, registers):
    """Whether the same program in float64 gives the same numbers at each step: nothing is rounded, in whatever order."""
    wide_leaves, wide = run(case, lambda tensor: tensor.detach().to(torch.float64))
    pairs = [*zip(registers, wide)] + [(a.grad, b.grad) for a, b in zip(leaves, wide_leaves) if a.grad is not None]
    return all(torch.equal(a.detach().to(torch.float64), b.detach().to(torch.float64)) for a, b in pairs)
