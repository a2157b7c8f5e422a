"""Compares the reference with the installed torch: bit for bit, or as near as rounding allows.

Bits: every element of a loss and of its gradients, for operands that have the shape of the result.
Operands that are broadcast are first laid out whole. SmoothL1 and Huber have other bits in the last
elements of torch's tensors; those bits are expected, too (tails.py).

Near: sums. torch adds in an order of its own and rounds on the way, where lossgrad adds exactly. So
torch's own terms, added exactly, must give the reference's range, and torch's sum must be near it.
Complex numbers are near as well, since neither hypot nor their division has fixed bits.

The old torch of Debian 12, 1.13.1, cannot be asked about everything: see old_release.py.
"""

import numpy
import torch
from torch.nn import functional as F

from arrays import COMPLEX, FLOATS, HALVES, TORCH, decode, encode, numbers, operand, operand_shape
from complex_l1 import REAL
from formulas import EACH_FORWARD
from old_release import IS_OLD, composed, rounds_terms, unlike_the_newest
from operands import Operands
from plain import arithmetic
from reference import answer as reference_answer
from spread import Range, total
from tails import tail_slopes
from weighted import sum_of_weights

FUNCTIONS = {"l1": F.l1_loss, "mse": F.mse_loss, "smoothL1": F.smooth_l1_loss, "huber": F.huber_loss}
PARAMETERS = {"smoothL1": "beta", "huber": "delta"}
VECTOR_PATH = 64  # a multiple of two vectors in every dtype, AVX-512 included


class Disagreement(Exception):
    """The reference and torch differ: a fault of the oracle, not of lossgrad."""


def confirmed(case, answer):
    """{"torch": whether torch itself was asked and agreed, "note": how, or why not}. Raises where it disagrees."""
    if IS_OLD and (reason := unlike_the_newest(case)):
        return {"torch": False, "note": reason}
    with numpy.errstate(all="ignore"):
        try:
            compare_all(case, answer)
        except RuntimeError as error:
            text = str(error).split("\n")[0]
            if not text.startswith("Found dtype"):
                return {"torch": False, "note": text}
            compare_all({**case, "cast": True}, answer)
            return {"torch": True, "note": "operands cast to one dtype before, for its backward pass refuses mixed ones"}
    return {"torch": True}


def compare_all(case, answer):
    if is_broadcast(case):
        whole = laid_out(case)
        compare(whole, reference_answer(whole), True)
    compare(case, answer, not is_broadcast(case))


def is_broadcast(case):
    shapes = [operand_shape(case[name]) for name in ("input", "target", "weight") if case.get(name)]
    return any(shape != shapes[0] for shape in shapes) or any("expand" in case[name] for name in ("input", "target"))


def laid_out(case):
    """The same case with every operand in the broadcast shape, so that each element has a gradient of its own."""
    operands = Operands(case)
    whole = {name: operand(case[name], leaf).broadcast_to(operands.shape) for name, leaf in operands.leaves.items()}
    return {**case, **{name: encode(tensor) for name, tensor in whole.items()}}


def compare(case, answer, bitwise):
    leaves = {name: decode(case[name]) for name in ("input", "target", "weight") if case.get(name)}
    upstream = decode(case["upstream"]) if case.get("upstream") else None
    count = leaves["input"].numel()
    tailed = case["loss"] in PARAMETERS and case.get("parameter") != 0
    padding = tailed and bitwise and case["reduction"] == "none" and -count % VECTOR_PATH
    if padding:
        leaves = {name: padded(leaf, padding) for name, leaf in leaves.items()}
        upstream = None if upstream is None else padded(upstream, padding)
    for name in case["requires"]:
        leaves[name].requires_grad_()
    loss = run(case, {name: operand(case[name], leaf) for name, leaf in leaves.items()})
    if case["requires"]:
        loss.backward(torch.ones_like(loss) if upstream is None else upstream)
    none, kept = case["reduction"] == "none", slice(count) if padding else slice(None)
    if not rounds_terms(case, loss.dtype):
        check(case, "value", flat(loss)[kept], answer["value"], loss.is_floating_point() and (not none or is_complex(case)))
    if not none and not is_complex(case):
        check_terms(case, leaves, answer["value"])
    for name in case["requires"]:
        wire, found = answer["gradients"][name], flat(leaves[name].grad)[kept]
        tail = tail_slopes(case, name) if tailed and bitwise and not padding and name != "weight" else None
        check(case, f"gradient of {name}", found, wire, not bitwise or is_complex(case), tail)


def flat(tensor):
    """Numbers in a row, complex ones as pairs."""
    tensor = tensor.detach()
    return numbers(torch.view_as_real(tensor.resolve_conj()) if tensor.is_complex() else tensor)


def padded(leaf, padding):
    return torch.cat([leaf.reshape(-1), torch.zeros(padding, dtype=leaf.dtype)])


def is_complex(case):
    return any(case[name]["dtype"] in COMPLEX for name in ("input", "target"))


def run(case, operands):
    loss = case["loss"]
    options = {PARAMETERS[loss]: case.get("parameter", 1.0)} if loss in PARAMETERS else {}
    if "weight" in operands and IS_OLD:
        return composed(case, operands, options)
    if "weight" in operands:
        options["weight"] = operands["weight"]
    x, y = operands["input"], operands["target"]
    if not case.get("cast"):
        return FUNCTIONS[loss](x, y, reduction=case["reduction"], **options)
    common = torch.promote_types(x.dtype, y.dtype)
    value = FUNCTIONS[loss](x.to(common), y.to(common), reduction=case["reduction"], **options)
    return value.to(x.dtype) if loss == "huber" else value


def check_terms(case, leaves, wire):
    """A sum's range is that of torch's own terms: those of half types in float32, weighted ones in float64."""
    operands = Operands(case)
    if operands.common not in FLOATS:
        return
    wide = TORCH["float64" if case.get("weight") else "float32" if operands.common in HALVES else operands.common]
    leaves = {name: operand(case[name], leaf.detach().to(TORCH[operands.common]).to(wide)) for name, leaf in leaves.items()}
    parameter = case.get("parameter", 1.0)
    if case["loss"] in PARAMETERS:
        parameter = float(arithmetic(EACH_FORWARD, case["loss"], operands.common).constant(parameter))
    terms = run({**case, "reduction": "none", "parameter": parameter}, leaves)
    by_weights = case.get("weight") and case["loss"] != "huber"
    divisor = 1 if case["reduction"] == "sum" else sum_of_weights(operands) if by_weights else operands.count
    expected = ends(Range(*([side] for side in total(numbers(terms), operands.result, divisor))).wire([], operands.result))
    if not numpy.array_equal(expected, ends(wire), equal_nan=True):
        raise Disagreement(f"torch's terms add up to {expected}, those of the reference to {ends(wire)}")


def check(case, what, found, wire, near, tail=None):
    """Bits where the reference fixes them, else (sums) a few roundings of the greatest number involved."""
    if "bytes" in wire and not near:
        same = alike(found, flat(decode(wire)))
        if tail is not None:
            same |= alike(found, tail)
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


def alike(found, expected):
    """The same number and, of zeros, the same one; NaN is NaN."""
    numbers_alike = (found == expected) & (numpy.signbit(found) == numpy.signbit(expected))
    return numbers_alike | (numpy.isnan(found) & numpy.isnan(expected))


def overflows(case):
    """Whether products of these numbers, some thousands of them added, may exceed the dtype."""
    return magnitude(case) ** 2 * 2.0**16 > torch.finfo(TORCH[coarsest(case)]).max


def ends(wire):
    if "bytes" in wire:
        values = flat(decode(wire)).astype(numpy.float64)
        return values, values
    return tuple(numpy.frombuffer(bytes.fromhex(wire[side]), numpy.float64) for side in ("low", "high"))


def coarsest(case):
    """The floating dtype among the operands that rounds most; of complex ones, that of their parts."""
    names = [REAL.get(case[name]["dtype"], case[name]["dtype"]) for name in ("input", "target")]
    return min((name for name in names if name in FLOATS), key=["bfloat16", *FLOATS].index)


def rounding(case):
    return {"float16": 2**-7, "bfloat16": 2**-4, "float32": 2**-18, "float64": 2**-47}[coarsest(case)]


def least(case):
    return {"float16": 2**-20, "bfloat16": 2**-126, "float32": 2**-140, "float64": 2**-1066}[coarsest(case)]


def magnitude(case):
    """Above every partial sum of a gradient: the upstream's and the operands' greatest finite numbers, each at least 1."""
    size = 1.0
    for name in ("input", "target", "weight", "upstream"):
        if case.get(name):
            values = numpy.abs(flat(decode(case[name])).astype(numpy.float64))
            size *= max(1.0, values[numpy.isfinite(values)].max(initial=1.0))
    if case.get("parameter", 1) < 1:
        size /= case["parameter"] or 1
    return size
