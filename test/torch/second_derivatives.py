"""Second derivatives of all losses: products of the Hessian's blocks with a vector, by PyTorch's autograd.

Of a loss that PyTorch has, its own derivatives; of the others, those of the papers' formulas (beyond.py).
"""

from functools import partial

import torch
from torch.nn import functional as F

from arrays import decode
from beyond import LOSSES, SNAKE
from formula_losses import snake
from rowwise import numbers


def evaluate_second(case):
    """For each leaf's gradient a row: its derivative by each leaf, and by the upstream gradient."""
    operands = [decode(x).requires_grad_(x["requires"]) for x in case["operands"]]
    behind = {snake(word): decode(x).requires_grad_() for word, x in case["behind"].items()}
    given = {snake(word): decode(x) for word, x in case["constants"].items()}
    value = function_of(case)(*operands, **behind, **given)
    upstream = decode(case["upstream"]).reshape(value.shape).requires_grad_()
    leaves = [x for x in [*operands, *behind.values()] if x.requires_grad]
    gradients = torch.autograd.grad(value, leaves, upstream, create_graph=True, allow_unused=True)
    directions = [decode(x) for x in case["directions"]]
    return [[block(x, direction, by) for by in [*leaves, upstream]] for x, direction in zip(gradients, directions)]


def function_of(case):
    name = case["second"]
    options = {SNAKE.get(word, snake(word)): float(x) if x == "inf" else x for word, x in case["options"].items()}
    if name not in LOSSES:
        return partial(getattr(F, snake(name)), **options)
    # A formula of terms has no reduction.
    return partial(LOSSES[name], **{word: x for word, x in options.items() if word != "reduction"})


def block(gradient, direction, by):
    """None where the gradient does not depend on `by`."""
    if gradient is None or not gradient.requires_grad:
        return None
    try:
        (found,) = torch.autograd.grad(gradient, by, direction, retain_graph=True, allow_unused=True)
    except RuntimeError as refusal:
        return {"refused": str(refusal)}
    # A sum, since zeros may be a tensor without memory, which has no list.
    return None if found is None else numbers(found + torch.zeros(by.shape))
