"""L1 over complex numbers: |z| is hypot-like and the slope z / |z|, given as ranges about long-double values.

The installed torch's own complex division loses tiny numbers (a quirk not to follow), so it is no reference here.
"""

from fractions import Fraction

import numpy

from arrays import COMPLEX, TORCH, decode, operand
from exact import bounds
from spread import Range, total

REAL = {"complex64": "float32", "complex128": "float64"}
MODULUS_ULPS = 1
SLOPE_ULPS = 4


def complex_answer(case, operands):
    real = REAL[operands.common]
    with numpy.errstate(all="ignore"):
        z = _flat(case, operands, "input") - _flat(case, operands, "target")
        modulus = numpy.hypot(z.real.astype(numpy.longdouble), z.imag.astype(numpy.longdouble))
        value = _value(case["reduction"], modulus, operands.count, real)
        found = {"value": value.wire(operands.summed_shape, real), "gradients": {}}
        slopes = _slopes(case, operands, z, modulus, real)
    for name, flip in (("input", 1), ("target", -1)):
        if name in case["requires"]:
            found["gradients"][name] = _leaf(case[name], operands.shape, [flip * s for s in slopes])
    return found


def _flat(case, operands, name):
    leaf = operands.leaves[name].to(TORCH[operands.common])
    return operand(case[name], leaf).broadcast_to(operands.shape).numpy().ravel()


def _value(reduction, modulus, count, real):
    sides = [_around(m, real, MODULUS_ULPS) for m in modulus]
    low, high = [s[0] for s in sides], [s[1] for s in sides]
    if reduction == "none":
        return Range(numpy.array(low, numpy.float64), numpy.array(high, numpy.float64))
    divisor = count if reduction == "mean" else 1
    return Range([total(low, real, divisor)[0]], [total(high, real, divisor)[1]])


def _slopes(case, operands, z, modulus, real):
    """Real and imaginary parts of g / N * z / |z|; 0 at 0, NaN where |z| is not finite."""
    upstream = numpy.array([1.0]) if case.get("upstream") is None else decode(case["upstream"]).numpy().ravel()
    scale = upstream.astype(numpy.dtype(real))
    if case["reduction"] == "mean":
        scale = scale / scale.dtype.type(operands.count)
    unit = numpy.where(modulus == 0, 0, numpy.where(numpy.isfinite(modulus), 1, numpy.nan)) / numpy.where(modulus == 0, 1, modulus)
    return [scale * part.astype(numpy.longdouble) * unit for part in (z.real, z.imag)]


def _leaf(wire, shape, parts):
    """A complex leaf gets both parts, interleaved; a real one the real part. Only unbroadcast operands require gradients."""
    is_complex = wire["dtype"] in COMPLEX
    real = REAL.get(wire["dtype"], wire["dtype"])
    values = numpy.stack(parts, 1).ravel() if is_complex else parts[0]
    sides = [_around(v, real, SLOPE_ULPS) for v in values]
    low, high = (numpy.array([s[i] for s in sides], numpy.float64) for i in (0, 1))
    return Range(low, high).wire(wire["shape"], wire["dtype"])


def _around(value, real, ulps):
    if not numpy.isfinite(value):
        return float(value), float(value)
    return bounds(Fraction(*value.as_integer_ratio()), real, ulps if value else 0)
