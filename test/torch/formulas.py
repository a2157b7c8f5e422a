"""The four losses and their slopes, step by step as the newest torch computes them on its vector path.

torch 1.13.1 lacks some half kernels and rounds others differently, so the formulas are spelled out here in numpy and
checked against the installed torch wherever it computes the same thing (confirm.py).
The half types round either after each operation or once at the end; which, differs from kernel to kernel
(aten/src/ATen/native/cpu/BinaryOpsKernel.cpp and PointwiseOpsKernel.cpp).
"""

import numpy

from arrays import HALVES, rounded

EACH_FORWARD = {("l1", "float16"), ("l1", "bfloat16"), ("mse", "float16"), ("mse", "bfloat16"),
                ("smoothL1", "float16"), ("huber", "bfloat16")}
EACH_BACKWARD = {(loss, dtype) for loss in ("l1", "mse", "huber") for dtype in HALVES}


class Arithmetic:
    """Rounds each step of a half computation (`each`) or only its end; float32 and float64 round by themselves."""

    def __init__(self, dtype, each):
        self.dtype = dtype
        self.half = dtype in HALVES
        self.each = each and self.half
        self.type = numpy.float64 if dtype == "float64" else numpy.float32

    def step(self, values):
        return rounded(values, self.dtype) if self.each else values

    def end(self, values):
        return rounded(values, self.dtype) if self.half else values

    def constant(self, value):
        return self.step(numpy.array([value], self.type))[0]


def terms(loss, x, y, parameter, arithmetic):
    """The loss of each element."""
    a = arithmetic
    d = a.step(x - y)
    z = numpy.abs(d)
    if loss == "l1":
        return a.end(z)
    if loss == "mse":
        return a.end(d * d)
    p = a.constant(parameter)
    half = a.type(0.5)
    offset = a.step(z - a.step(numpy.array([half * p], a.type)))
    square = a.step(a.step(half * z) * z)
    if loss == "smoothL1":
        return a.end(numpy.where(z >= p, offset, a.step(square / p)))
    return a.end(numpy.where(z >= p, a.step(p * offset), square))


def slope(loss, x, y, upstream, count, parameter, arithmetic):
    """d(loss)/dx for an upstream gradient and a mean over `count` elements (1: none or sum); for l1 the plain quotient times sign."""
    a = arithmetic
    d = a.step(x - y)
    if loss == "l1":
        quotient = a.end(upstream / a.type(count)) if count != 1 else upstream
        return a.end(quotient * sign(d).astype(a.type))
    norm = a.constant((2.0 if loss == "mse" else 1.0) / count) if count else a.type(numpy.inf)
    if loss == "mse":
        inner = d
    else:
        p = a.constant(parameter)
        side = numpy.where(d > 0, a.type(1), a.type(-1))
        inner = numpy.where(numpy.abs(d) >= p, side if loss == "smoothL1" else side * p,
                            d / p if loss == "smoothL1" else d)
    return a.end(a.step(norm * inner) * upstream)


def sign(d):
    """torch's sign: 0 for NaN."""
    return (d > 0).astype(numpy.int8) - (d < 0).astype(numpy.int8)
