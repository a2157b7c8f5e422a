"""The answer to one loss case: the value, and the gradient of every operand that requires one."""

import numpy
import torch

from arrays import COMPLEX, FLOATS, encode, operand
from complex_l1 import complex_answer
from operands import Operands
from plain import float_answer
from weighted import weighted_answer


def answer(case):
    operands = Operands(case)
    if operands.common in COMPLEX:
        return complex_answer(case, operands)
    if operands.common not in FLOATS:
        return integer_answer(case, operands)
    with numpy.errstate(all="ignore"):
        return weighted_answer(case, operands) if case.get("weight") else float_answer(case, operands)


def integer_answer(case, operands):
    """Integers wrap; none keeps the dtype, sum is int64: torch's own answer."""
    x, y = (operand(case[name], operands.leaves[name]) for name in ("input", "target"))
    return {"value": encode(torch.nn.functional.l1_loss(x, y, reduction=case["reduction"])), "gradients": {}}
