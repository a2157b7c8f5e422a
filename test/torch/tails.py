"""How torch computes SmoothL1's and Huber's slopes where it goes element by element, which is not how it does on vectors.

lossgrad has one formula for each, that of the vectors. torch's last elements, those that fill no two vectors, and operands
with gaps go through other code (aten/src/ATen/native/cpu/PointwiseOpsKernel.cpp), whose last bit may differ:

              vectors                       element by element
    SmoothL1  norm * (d / beta) * g         norm * d * g / beta, the division in float64
    Huber     norm * (sign * delta) * g     norm * g * delta, the last product in float64

and beta and delta are compared as float64 there, not rounded to the dtype.
"""

import numpy

from arrays import rounded
from formulas import Arithmetic
from operands import Operands
from weighted import shared


def tail_slopes(case, name):
    """The gradient of an operand that is not broadcast, with torch's formulas for a tail."""
    operands = Operands(case)
    x, y = operands.flat(name), operands.flat("target" if name == "input" else "input")
    a = Arithmetic(operands.common, case["loss"] == "huber")
    divisor = max(operands.count, 1) if case["reduction"] == "mean" else 1
    if case.get("weight"):
        g, norm = a.step(shared(case, operands) * operands.flat("weight")), a.constant(1.0)
    else:
        g, norm = operands.upstream(), a.constant(1.0 / divisor)
    p = float(case.get("parameter", 1.0))
    d = a.step(x - y)
    outer, inner = a.step(norm * g), a.step(a.step(norm * d) * g)
    if case["loss"] == "smoothL1":
        inner = (inner.astype(numpy.float64) / p).astype(a.type)
    else:
        outer = (outer.astype(numpy.float64) * p).astype(a.type)
    wide = d.astype(numpy.float64)
    slopes = numpy.where(wide <= -p, -outer, numpy.where(wide >= p, outer, inner))
    return rounded(a.end(slopes), case[name]["dtype"])
