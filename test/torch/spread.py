"""From elementwise gradients to those of the leaves: cast to the leaf's dtype, then added over every broadcast dimension."""

from fractions import Fraction

import numpy

from arrays import encode, from_numbers, operand_shape, rounded
from exact import SUM_ULPS, bounds, exact_sum


class Range:
    """Least and greatest acceptable value of each element; equal where torch fixes the bits."""

    def __init__(self, low, high=None):
        self.low = numpy.asarray(low)
        self.high = self.low if high is None else numpy.asarray(high)

    def exact(self):
        return self.low is self.high

    def each(self, function):
        return Range(function(self.low)) if self.exact() else Range(function(self.low), function(self.high))

    def any_zero(self):
        """The same numbers, but without a say about the sign of a zero."""
        return Range(self.low, self.high.copy())

    def wire(self, shape, dtype):
        if self.exact():
            return encode(from_numbers(self.low, shape, dtype))
        sides = {side: numpy.asarray(values, numpy.float64).tobytes().hex()
                 for side, values in (("low", self.low), ("high", self.high))}
        return {"dtype": dtype, "shape": list(shape), **sides}


def leaf_range(gradient, shape, wire):
    """The gradient of the leaf behind `wire`, from that of the broadcast `shape`: the operand's sums, then its expand's."""
    dtype = wire["dtype"]
    narrow = gradient.each(lambda values: rounded(values, dtype))
    if operand_shape(wire) != shape:
        # Cast and sum may change places where the leaf has another dtype; sums of wider numbers overflow later.
        narrow = hull(sum_to(narrow, shape, operand_shape(wire), dtype), sum_to(gradient, shape, operand_shape(wire), dtype))
    if "expand" in wire:
        narrow = sum_to(narrow, wire["expand"], wire["shape"], dtype)
    return narrow


def sum_to(gradient, shape, smaller, dtype):
    count = int(numpy.prod(smaller))
    if count == int(numpy.prod(shape)):
        # Even a sum of one number makes -0 a +0 in torch; a reshape would not.
        return gradient.any_zero()
    owner = numpy.broadcast_to(numpy.arange(count).reshape(smaller), shape).ravel()
    groups = [numpy.flatnonzero(owner == i) for i in range(count)]
    low, high = [], []
    for group in groups:
        low.append(total(gradient.low[group], dtype)[0])
        high.append(total(gradient.high[group], dtype)[1])
    return Range(numpy.array(low, numpy.float64), numpy.array(high, numpy.float64))


def total(values, dtype, divisor=1, ulps=None):
    """What the sum (over `divisor`) of these numbers may be in `dtype`."""
    exact = exact_sum([float(v) for v in values])
    if not isinstance(exact, Fraction) or divisor == 0:
        value = numpy.float64(float(exact)) / float(divisor)
        return value, value
    if exact == 0:
        return 0.0, 0.0
    return bounds(exact / divisor, dtype, SUM_ULPS[dtype] if ulps is None else ulps)


def hull(first, second):
    """Either answer is right: terms may or may not be rounded before they are added. NaN in one yields to the other."""
    return Range(numpy.fmin(first.low, second.low), numpy.fmax(first.high, second.high))
