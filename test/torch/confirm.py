"""Holds the reference against the installed torch (1.13.1) wherever that computes the same thing as the newest.

Not compared: kernels that 1.13.1 lacks for a half type, the half sums (it rounds terms first), float16 Huber (newest: in
float32), beta = 0 (newest: L1), and mixed dtypes other than L1's (its backward fails).
"""

import numpy
import torch
from torch.nn import functional as F

from arrays import decode, numbers, operand, rounded

FUNCTIONS = {"l1": F.l1_loss, "mse": F.mse_loss, "smoothL1": F.smooth_l1_loss, "huber": F.huber_loss}
PARAMETERS = {"smoothL1": "beta", "huber": "delta"}
VECTOR_PATH = 64  # a multiple of two vectors in every dtype, AVX-512 included


class Disagreement(Exception):
    """The reference and torch differ: a fault of the oracle, not of lossgrad."""


def confirmed(case, answer):
    """Whether torch itself was asked and agreed. Raises where it disagrees."""
    leaves = {name: decode(case[name]) for name in ("input", "target", "weight") if case.get(name)}
    if not comparable(case, leaves):
        return False
    upstream = decode(case["upstream"]) if case.get("upstream") else None
    count = leaves["input"].numel()
    padding = paddable(case) and -count % VECTOR_PATH
    if padding:
        leaves = {name: padded(leaf, padding) for name, leaf in leaves.items()}
        upstream = None if upstream is None else padded(upstream, padding)
    for name in case["requires"]:
        leaves[name].requires_grad_()
    try:
        loss = run(case, {name: operand(case[name], leaf) for name, leaf in leaves.items()})
        if case["requires"]:
            loss.backward(torch.ones_like(loss) if upstream is None else upstream)
    except RuntimeError as error:
        if "not implemented for" in str(error):
            return False
        raise
    none, near = case["reduction"] == "none", case["loss"] in PARAMETERS and not paddable(case)
    kept = slice(count) if padding else slice(None)
    if none or loss.dtype not in (torch.float16, torch.bfloat16):
        check(case, "value", numbers(loss)[kept], answer["value"], near or not none)
    for name in case["requires"]:
        check(case, f"gradient of {name}", numbers(leaves[name].grad)[kept], answer["gradients"][name], near)
    return True


def paddable(case):
    """SmoothL1 and Huber multiply in another order in their scalar tail than on the vector path, which the reference follows."""
    plain = case["input"]["shape"] == case["target"]["shape"] and not any("expand" in case[n] for n in ("input", "target"))
    return case["loss"] in PARAMETERS and case["reduction"] == "none" and plain


def padded(leaf, padding):
    return torch.cat([leaf.reshape(-1), torch.zeros(padding, dtype=leaf.dtype)])


def comparable(case, leaves):
    kinds = {leaf.dtype for leaf in leaves.values()}
    if any(not kind.is_floating_point for kind in kinds):
        return False
    if case["loss"] != "l1" and len(kinds) > 1:
        return False
    if case["loss"] == "huber" and case["input"]["dtype"] == "float16":
        return False
    if case["loss"] == "smoothL1" and case.get("parameter", 1) == 0:
        return False
    # 1.13.1 rounds the N of a mean to the half type before it divides by it.
    shapes = [operand(case[name], leaves[name]).shape for name in ("input", "target")]
    count = float(torch.broadcast_shapes(*shapes).numel())
    return case["reduction"] != "mean" or rounded([count], case["input"]["dtype"])[0] == count


def run(case, operands):
    loss, reduction = case["loss"], case["reduction"]
    options = {PARAMETERS[loss]: case.get("parameter", 1.0)} if loss in PARAMETERS else {}
    x, y = torch.broadcast_tensors(operands["input"], operands["target"])
    if "weight" not in operands:
        return FUNCTIONS[loss](x, y, reduction=reduction, **options)
    weight = operands["weight"]
    if loss == "huber":
        each = F.huber_loss(x, y, reduction="none", **options) * weight
    else:
        each = (torch.pow(x - y, 2) if loss == "mse" else torch.abs(x - y)) * weight
    if reduction == "none":
        return each
    if reduction == "sum":
        return each.sum()
    return each.mean() if loss == "huber" else each.sum() / weight.sum()


def check(case, what, found, wire, near):
    """Bits where the reference fixes them, else (sums, another order) a few roundings of the greatest number involved."""
    if "bytes" in wire and not near:
        expected = numbers(decode(wire))
        same = (found == expected) | (numpy.isnan(found) & numpy.isnan(expected))
        same &= (numpy.signbit(found) == numpy.signbit(expected)) | numpy.isnan(found)
    else:
        low, high = ends(wire)
        # In another order of the factors another one underflows; the rest then multiplies what is left.
        slack = rounding(case) * numpy.where(numpy.isfinite(low), numpy.abs(low), 0) + least(case) * magnitude(case)
        if "bytes" not in wire:
            slack = slack + rounding(case) * magnitude(case)
        same = ((found >= low - slack) & (found <= high + slack)) | (numpy.isnan(found) & numpy.isnan(low))
        # Its sums overflow where exact ones do not.
        same |= numpy.isinf(found) | numpy.isinf(low) | (numpy.isnan(found) & overflows(case))
    if not same.all():
        i = int(numpy.flatnonzero(~same)[0])
        raise Disagreement(f"{what}[{i}]: torch {found[i]}, reference {ends(wire)[0][i]} to {ends(wire)[1][i]}")


def overflows(case):
    """Whether products of these numbers, some thousands of them added, may exceed the dtype."""
    return magnitude(case) ** 2 * 2.0**16 > float(numpy.finfo(rounded([0.0], case["input"]["dtype"]).dtype).max)


def ends(wire):
    if "bytes" in wire:
        values = numbers(decode(wire)).astype(numpy.float64)
        return values, values
    return tuple(numpy.frombuffer(bytes.fromhex(wire[side]), numpy.float64) for side in ("low", "high"))


def rounding(case):
    dtype = case["input"]["dtype"]
    return {"float16": 2**-7, "bfloat16": 2**-4, "float32": 2**-18, "float64": 2**-47}[dtype]


def least(case):
    return {"float16": 2**-20, "bfloat16": 2**-126, "float32": 2**-140, "float64": 2**-1066}[case["input"]["dtype"]]


def magnitude(case):
    """Above every partial sum of a gradient: the upstream's and the operands' greatest finite numbers, each at least 1."""
    size = 1.0
    for name in ("input", "target", "weight", "upstream"):
        if case.get(name):
            values = numpy.abs(numbers(decode(case[name])).astype(numpy.float64))
            size *= max(1.0, values[numpy.isfinite(values)].max(initial=1.0))
    if case.get("parameter", 1) < 1:
        size /= case["parameter"]
    return size
