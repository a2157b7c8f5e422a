"""L1 over complex numbers: |z| is hypot-like and the slope z / |z|, given as ranges about long-double values.

The installed torch's own complex division loses tiny numbers (a quirk not to follow), so it is no reference here.
"""

from fractions import Fraction

import numpy

from arrays import COMPLEX, TORCH, decode, operand, rounded
from exact import SUM_ULPS, bounds
from spread import Range, total

REAL = {"complex64": "float32", "complex128": "float64"}
UNIT_ULPS = 2


def complex_answer(case, operands):
    real = REAL[operands.common]
    with numpy.errstate(all="ignore"):
        z = _flat(case, operands, "input") - _flat(case, operands, "target")
        modulus = numpy.hypot(z.real.astype(numpy.longdouble), z.imag.astype(numpy.longdouble))
        value = _value(case["reduction"], modulus, operands.count, real)
        found = {"value": value.wire(operands.summed_shape, real), "gradients": {}}
        slopes = _slopes(case, operands, z, modulus, real)
    for name, flip in (("input", False), ("target", True)):
        if name in case["requires"]:
            found["gradients"][name] = _leaf(case[name], slopes, flip)
    return found


def _flat(case, operands, name):
    leaf = operands.leaves[name].to(TORCH[operands.common])
    return operand(case[name], leaf).broadcast_to(operands.shape).numpy().ravel()


def _value(reduction, modulus, count, real):
    sides = [_around(m, real, SUM_ULPS[real]) for m in modulus]
    low, high = [s[0] for s in sides], [s[1] for s in sides]
    if reduction == "none":
        return Range(numpy.array(low, numpy.float64), numpy.array(high, numpy.float64))
    divisor = count if reduction == "mean" else 1
    return Range([total(low, real, divisor)[0]], [total(high, real, divisor)[1]])


def _slopes(case, operands, z, modulus, real):
    """Ranges of the real and imaginary parts of g / N * z / |z|; 0 at 0, NaN where |z| is not finite."""
    upstream = numpy.array([1.0]) if case.get("upstream") is None else decode(case["upstream"]).numpy().ravel()
    scale = upstream.astype(numpy.dtype(real))
    if case["reduction"] == "mean":
        scale = scale / scale.dtype.type(operands.count)
    scale = numpy.broadcast_to(scale, modulus.shape)
    safe = numpy.where(modulus == 0, 1, modulus)
    known = numpy.where((modulus == 0) | numpy.isfinite(modulus), 1, numpy.nan)
    parts = []
    for part in (z.real, z.imag):
        # z / |z| is rounded by itself: a part of it may be subnormal before a large g multiplies it.
        unit = [_around(u, real, UNIT_ULPS) for u in known * part.astype(numpy.longdouble) / safe]
        products = [sorted((numpy.longdouble(g) * low, numpy.longdouble(g) * high)) for g, (low, high) in zip(scale, unit)]
        parts.append([(_around(low, real, 1)[0], _around(high, real, 1)[1]) for low, high in products])
    return parts


def _leaf(wire, parts, flip):
    """A complex leaf gets both parts, interleaved; a real one the real part. Only unbroadcast operands require gradients."""
    is_complex = wire["dtype"] in COMPLEX
    sides = [side for pair in zip(*parts) for side in pair] if is_complex else parts[0]
    if flip:
        sides = [(-high, -low) for low, high in sides]
    real = REAL.get(wire["dtype"], wire["dtype"])
    low, high = (rounded(numpy.array([s[i] for s in sides], numpy.float64), real) for i in (0, 1))
    return Range(low, high.copy()).wire(wire["shape"], wire["dtype"])


def _around(value, real, ulps):
    if not numpy.isfinite(value):
        return float(value), float(value)
    return bounds(Fraction(*value.as_integer_ratio()), real, ulps if value else 0)
