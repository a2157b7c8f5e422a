"""The answer to a weighted case. The newest torch composes it: loss(none) * weight, then sum, / weight.sum() (huber: / N).

torch 1.13.1 has no `weight`; each step below is one torch operation, rounded on its own. Sums and means are exact instead:
lossgrad rounds neither the terms nor the two sums of a quotient before its one rounding at the end.
"""

import numpy

from arrays import numbers, operand, rounded
from exact import bounds, exact_sum, spacing
from formulas import EACH_BACKWARD, EACH_FORWARD, Arithmetic, slope, terms
from fractions import Fraction
from plain import arithmetic, finished, reduced, unrounded
from spread import Range, sum_to, total


def weighted_answer(case, operands):
    loss, reduction, parameter, dtype = case["loss"], case["reduction"], case.get("parameter", 1.0), operands.common
    each = Arithmetic(dtype, True)
    x, y, w = (operands.flat(name) for name in ("input", "target", "weight"))
    elements = terms(loss, x, y, parameter, arithmetic(EACH_FORWARD, loss, dtype))
    weights = sum_of_weights(operands)
    by_weights = reduction == "mean" and loss != "huber"
    divisor = weights if by_weights else operands.count if reduction == "mean" else 1
    products = each.step(elements * w)
    addends = unrounded(loss, x.astype(numpy.float64), y.astype(numpy.float64), parameter, dtype, "float64") * w
    value = reduced(reduction, products, addends, divisor, operands.result)

    g = shared(case, operands)
    upstream = each.step(g * w)
    backward = arithmetic(EACH_BACKWARD, loss, dtype)

    def toward(this, other):
        return slope(loss, this, other, upstream, 1, parameter, backward)

    gradients = {}
    if "input" in case["requires"]:
        gradients["input"] = Range(toward(x, y))
    if "target" in case["requires"]:
        gradients["target"] = Range(toward(y, x) if loss == "huber" else -toward(x, y))
    found = finished(case, operands, value, gradients)
    if "weight" in case["requires"]:
        own = Range(each.step(g * elements))
        if case["weight"]["shape"] != operands.shape:
            own = sum_to(own, operands.shape, case["weight"]["shape"], dtype)
        if by_weights:
            own = with_divisor(own, total(products, dtype), operands.upstream()[0], weights, dtype)
        found["gradients"]["weight"] = own.wire(case["weight"]["shape"], dtype)
    return found


def shared(case, operands):
    """The upstream gradient of each weighted term: divided by the weights' sum, or by N, for a mean."""
    each = Arithmetic(operands.common, True)
    g = operands.upstream()
    if case["reduction"] != "mean":
        return g
    if case["loss"] == "huber":
        return each.end(g / each.type(operands.count))
    return each.end(g / rounded([float(sum_of_weights(operands))], operands.common).astype(each.type))


def sum_of_weights(operands):
    wire = operands.case["weight"]
    return exact_sum([float(v) for v in numbers(operand(wire, operands.leaves["weight"]))])


def with_divisor(own, sums, upstream, weights, dtype):
    """Adds the part that comes through W in S / W, -g (S / W) / W: 4 ULP of the larger part, for its four roundings.

    The backward pass is torch's, with sums of the dtype, which may overflow where the value does not.
    """
    weight = rounded([float(weights)], dtype)

    def through(side):
        quotient = rounded(rounded([side], dtype) / weight, dtype)
        return float(rounded(-upstream * rounded(quotient / weight, dtype), dtype)[0])

    parts = [through(side) for side in sums]
    low, high = [], []
    for a, b in zip(own.low, own.high):
        least, greatest = float(a) + min(parts), float(b) + max(parts)
        if numpy.isfinite([least, greatest]).all():
            slack = 4 * spacing(Fraction(max(abs(float(a)), abs(float(b)), *map(abs, parts))), dtype)
            least, greatest = bounds(Fraction(least) - slack, dtype, 0)[0], bounds(Fraction(greatest) + slack, dtype, 0)[1]
        low.append(least)
        high.append(greatest)
    return Range(numpy.array(low, numpy.float64), numpy.array(high, numpy.float64))
