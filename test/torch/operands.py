"""The operands of a loss case, broadcast together and laid out flat in the type of the computation."""

import numpy
import torch

from arrays import NAMES, TORCH, decode, numbers, operand, operand_shape


class Operands:
    def __init__(self, case):
        self.case = case
        self.leaves = {name: decode(case[name]) for name in ("input", "target", "weight") if case.get(name)}
        self.shape = list(torch.broadcast_shapes(operand_shape(case["input"]), operand_shape(case["target"])))
        self.count = int(numpy.prod(self.shape))
        # Both are expanded to one rank before the subtraction, so that a 0-d operand promotes like any other.
        self.common = NAMES[torch.promote_types(self.leaves["input"].dtype, self.leaves["target"].dtype)]
        self.result = case["input"]["dtype"] if case["loss"] == "huber" else self.common
        self.summed_shape = self.shape if case["reduction"] == "none" else []

    def flat(self, name):
        leaf = self.leaves[name].to(TORCH[self.common])
        return numbers(operand(self.case[name], leaf).broadcast_to(self.shape))

    def upstream(self):
        """The gradient of the result, one number for each element or one for all; 1 where none is given."""
        wire = self.case.get("upstream")
        if wire is None:
            return numpy.ones(1, numpy.float64 if self.common == "float64" else numpy.float32)
        return numbers(decode(wire).to(TORCH[self.common]))
