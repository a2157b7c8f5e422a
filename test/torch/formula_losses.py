"""The losses of the table in src/loss/formulas.ts: unreduced, of all operands, by their names there.

PyTorch's own function where it has one. A loss that PyTorch computes as one operation, of which no
more than the last rounding could be moved (rounding.py), is spelled out besides, forward and
backward, and `torch_itself` holds that to PyTorch's own.
"""

import re

import torch
from torch.nn import functional as F


def evaluate(case, operands, weight=None):
    name = case["formulaLoss"]
    given = keywords(case, operands, weight)
    if name in SPELLED_OUT:
        return SPELLED_OUT[name](*positional(case, operands), **given)
    return torch_function(name)(*positional(case, operands), **given, reduction="none")


def torch_itself(case, operands):
    """PyTorch's own answer where the loss is spelled out; else None."""
    name = case["formulaLoss"]
    if name not in SPELLED_OUT:
        return None
    return torch_function(name)(*positional(case, operands), **keywords(case, operands), reduction="none")


def keywords(case, operands, weight=None):
    own = {snake(word): value for word, value in case["options"].items()}
    behind = dict(zip(map(snake, case["present"]), operands[len(operands) - len(case["present"]):]))
    return {**own, **behind, **({} if weight is None else {"weight": weight})}


def positional(case, operands):
    return operands[:len(operands) - len(case["present"])]


def torch_function(name):
    return getattr(F, snake(name))


def snake(name):
    return re.sub("([A-Z])", r"_\1", name).lower()


def spelled(forward, backward):
    """A function of operands that may be None, with a backward of its own; both are made of operations."""

    class Spelled(torch.autograd.Function):
        @staticmethod
        def forward(context, *operands):
            context.save_for_backward(*operands)
            return forward(*operands)

        @staticmethod
        def backward(context, upstream):
            return backward(upstream, *context.saved_tensors)

    return Spelled.apply


def scaled(terms, weight):
    return terms if weight is None else terms * weight


# aten/src/ATen/native/Loss.cpp and torch/csrc/autograd/FunctionsManual.cpp
def logits_forward(input, target, pos_weight, weight):
    log = F.logsigmoid(input)
    if pos_weight is not None:
        log = log * ((pos_weight - 1) * target + 1)
    return scaled((1 - target) * input - log, weight)


def logits_backward(upstream, input, target, pos_weight, weight):
    if pos_weight is None:
        by_input, by_target = input.sigmoid() - target, -input
    else:
        t = pos_weight * target
        by_input = (t + 1 - target) * input.sigmoid() - t
        by_target = F.logsigmoid(-input) - F.logsigmoid(input) * pos_weight
    return scaled(by_input * upstream, weight), scaled(by_target * upstream, weight), None, None


with_logits = spelled(logits_forward, logits_backward)

SPELLED_OUT = {
    "binaryCrossEntropyWithLogits": lambda input, target, pos_weight=None, weight=None: with_logits(
        input, target, pos_weight, weight),
}
