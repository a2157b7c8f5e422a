"""Sums without rounding, and the values a dtype may answer within so many ULP of them."""

import math
from fractions import Fraction

# precision in bits (the hidden one included), least and greatest exponent of a normal number
FORMATS = {"float16": (11, -14, 15), "bfloat16": (8, -126, 127), "float32": (24, -126, 127), "float64": (53, -1022, 1023)}

# What lossgrad promises of its sums: design.md 3.2.
SUM_ULPS = {"float16": 1, "bfloat16": 1, "float32": 1, "float64": 2}


def exact_sum(values):
    """The sum of finite floats as a fraction; NaN and infinities go their IEEE way."""
    if not all(map(math.isfinite, values)):
        special = [v for v in values if not math.isfinite(v)]
        return sum(special)
    try:
        high = math.fsum(values)
        return Fraction(high) + Fraction(math.fsum([*values, -high]))
    except OverflowError:
        return sum(map(Fraction, values), Fraction(0))


def spacing(value, dtype):
    """One ULP at `value`: the distance of neighbours in its binade."""
    bits, least, greatest = FORMATS[dtype]
    value = abs(value)
    exponent = least
    if value > 0:
        exponent = value.numerator.bit_length() - value.denominator.bit_length()
        if Fraction(2) ** exponent > value:
            exponent -= 1
    return Fraction(2) ** (min(max(exponent, least), greatest) - bits + 1)


def bounds(value, dtype, ulps):
    """Least and greatest acceptable answer (as doubles) for an exact value; infinity counts as the number after the largest."""
    if not isinstance(value, Fraction):
        return value, value
    margin = ulps * spacing(value, dtype)
    return _least(value - margin, dtype), -_least(-(value + margin), dtype)


def _least(bound, dtype):
    """The least double that is not below `bound`, with the infinities of `dtype`."""
    bits, _, greatest = FORMATS[dtype]
    limit = Fraction(2) ** (greatest + 1)
    largest = limit - Fraction(2) ** (greatest - bits + 1)
    if bound > largest:
        return math.inf
    if bound <= -limit:
        return -math.inf
    if bound < -largest:
        return -float(largest)
    near = float(bound)
    return math.nextafter(near, math.inf) if Fraction(near) < bound else near
