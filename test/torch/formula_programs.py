"""Formulas: {"formula": {"steps"}, "leaves", "shape", "reduction", "mask", "weight", "dim", "upstream", "seed"}, run by torch itself.

A loss of the table of formulas has "formulaLoss" instead, its name, with "options", the optional
operands that are "present" behind the other leaves, and what its "weightedMean" divides by.

An answer is torch's own, with the range that rounding allows around it. The formula runs on several
replicas at once, along a new first dimension. The first is torch as it is. In the others, whatever
torch and lossgrad may round differently comes out some ULP off, at random, forward and backward:
see rounding.py. What all replicas agree on, bit for bit, must have these bits: a formula without such
operations, and the ties, kinks and special values of any. Where replicas differ, the answer may lie
twice as far beyond them as they are apart.
"""

import numpy
import torch

from arrays import TORCH, decode, encode
from expressions import BINARY, Replaced, signed_zeros, with_alpha
import formula_losses
from rounding import Rounding, blurred

# A case may ask for more of them: few may agree by chance.
REPLICAS = 17
UNARY = {name: getattr(torch, name) for name in (
    "neg", "abs", "sign", "square", "sqrt", "relu", "detach", "clone", "exp", "expm1", "log", "log1p",
    "sigmoid", "tanh", "sin", "cos", "erf", "isnan", "isinf", "isfinite")}
UNARY |= {"nanToNum": torch.nan_to_num, "softplus": torch.nn.functional.softplus,
          "logsigmoid": torch.nn.functional.logsigmoid}


def evaluate_formula(case):
    try:
        return answer(case)
    except RuntimeError as error:
        # Such as numbers that overflow a dtype where torch takes none.
        return {"refused": str(error).split("\n")[0]}


def answer(case):
    torch.manual_seed(case["seed"])
    stored = [decode(wire) for wire in case["leaves"]]
    rank = max(len(wire["shape"]) for wire in case["leaves"])
    count = case.get("replicas", REPLICAS)
    leaves = [replicated(leaf, count, rank).requires_grad_(wire["requires"]) for leaf, wire in zip(stored, case["leaves"])]
    with Rounding():
        value = reduced(case, leaves)
        if value.requires_grad:
            upstream = torch.ones_like(value)
            if case.get("upstream"):
                upstream = decode(case["upstream"]).expand(value.shape).contiguous()
            value.backward(upstream)
    found = {
        # Operands that are not used may have more dimensions than the result.
        "value": ranged(value, case["shape"] if case["reduction"] == "none" else shape_behind(case, value)),
        "gradients": [None if x.grad is None else ranged(x.grad, leaf.shape, leaf.ndim < len(case["shape"]))
                      for x, leaf in zip(leaves, stored)],
    }
    if "formulaLoss" in case:
        check_spelling(case, stored, found)
    return found


def check_spelling(case, stored, found):
    """A loss that is spelled out gives what torch's own does, and so do its gradients."""
    if case["reduction"] != "none" or any(case.get(word) for word in ("mask", "weight")):
        return
    leaves = [leaf.detach().requires_grad_(wire["requires"]) for leaf, wire in zip(stored, case["leaves"])]
    own = formula_losses.torch_itself(case, leaves)
    if own is None:
        return
    if own.requires_grad:
        own.backward(decode(case["upstream"]) if case.get("upstream") else torch.ones_like(own))
    for tensor, answer in zip([own] + [leaf.grad for leaf in leaves], [found["value"]] + found["gradients"]):
        if answer:
            assert within(tensor.detach().double().flatten().numpy(), answer), (case, tensor, answer)


def within(numbers, answer):
    low, high = (numpy.frombuffer(bytes.fromhex(answer[end])) for end in ("low", "high"))
    free = numpy.frombuffer(bytes.fromhex(answer["free"]), bool)
    own = decode(answer).double().flatten().numpy()
    same = (numbers == own) | (numpy.isnan(numbers) & numpy.isnan(own))
    return bool((same | free | ((low <= numbers) & (numbers <= high))).all())


def shape_behind(case, value):
    return value.shape[1:] if case.get("dim") is not None else []


def replicated(leaf, count, rank):
    """Replicas along a first dimension, with the leaf's shape brought to one rank behind it."""
    shape = [1] * (rank - leaf.ndim) + list(leaf.shape)
    return leaf.reshape(shape).expand(count, *shape).contiguous()


def elements(case, operands):
    if "formulaLoss" in case:
        weight = decode(case["weight"]) if case.get("weight") and weighs_itself(case) else None
        return formula_losses.evaluate(case, operands, weight)
    values = list(operands)
    for step in case["formula"]["steps"]:
        values.append(computed(step, values))
    return values[-1]


def computed(step, values):
    op, options = step["op"], step

    def read(argument):
        return values[argument] if isinstance(argument, int) else float(argument["number"])

    first, *others = map(read, step["args"])
    if op in UNARY:
        return UNARY[op](first)
    if op == "pow":
        return torch.pow(first, options["exponent"])
    if op == "clamp":
        return clamped(first, *(read(options[side]) if side in options else None for side in ("min", "max")))
    if op == "where":
        return torch.where(first, *others).to(TORCH[options["dtype"]])
    if op == "to":
        return first.to(TORCH[options["dtype"]])
    (other,) = others
    if "alpha" in options:
        return with_alpha(op, first, other, float(options["alpha"]))
    if first.dtype == torch.bool:
        return on_bools(op, first, other)
    if op in ("maximum", "minimum"):
        return signed_zeros(op, first, tensor_of(other, first))
    return BINARY[op](first, other)


def on_bools(op, first, other):
    return BINARY[op](first, bool(other) if isinstance(other, float) else other)


def tensor_of(x, like):
    return torch.full_like(like, x) if isinstance(x, float) else x


def clamped(x, low, high):
    """By numbers or by tensors: torch takes no mixture. Zeros have the signs that maximum and minimum give them."""
    if not any(isinstance(bound, torch.Tensor) for bound in (low, high)):
        return torch.clamp(x, low, high)
    low, high = (None if bound is None else tensor_of(bound, x) for bound in (low, high))
    value, bits = torch.clamp(x, low, high), x.detach()
    for name, bound in (("maximum", low), ("minimum", high)):
        bits = bits if bound is None else signed_zeros(name, bits, bound.detach())
    return Replaced.apply(value, torch.where(value.detach() == 0, bits, value.detach()))


def reduced(case, leaves):
    mask, weight = case.get("mask"), case.get("weight")
    if mask:
        return masked(case, leaves)
    terms = elements(case, leaves)
    if weight and not weighs_itself(case):
        return weighted(case, blurred(terms), decode(weight).expand(terms.shape[1:]))
    return whole(case, terms)


def weighs_itself(case):
    """Whether torch's function takes the weights, and a mean divides by the number of elements."""
    return case.get("weightedMean") == "elements"


def whole(case, terms):
    reduction = case["reduction"]
    if reduction == "none":
        return terms
    terms, dims = reducible(case, terms)
    return terms.mean(dims) if reduction == "mean" else terms.sum(dims)


def reducible(case, terms):
    """With at least one dimension behind that of the replicas, and those that are reduced."""
    terms = terms if terms.ndim > 1 else terms.reshape(-1, 1)
    return terms, dims_of(case, terms)


def dims_of(case, terms):
    rank = terms.ndim - 1
    given = case.get("dim")
    return [1 + d % rank for d in given] if given is not None else list(range(1, terms.ndim))


def masked(case, leaves):
    """What is left out is taken out of the operands, too, so that it reaches nothing."""
    shape = torch.broadcast_shapes(*(leaf.shape for leaf in leaves))
    kept = (decode(case["mask"]) != 0).expand(shape[1:])

    def selected(x):
        return torch.where(kept, x, torch.zeros((), dtype=x.dtype))

    terms = selected(elements(case, [selected(leaf.expand(shape)) for leaf in leaves]))
    weighs = case.get("weight") and not weighs_itself(case)
    if weighs or case.get("dim") is not None:
        weight = decode(case["weight"]) if weighs else torch.ones((), dtype=terms.dtype)
        return weighted(case, blurred(terms), selected(weight.expand(shape[1:])))
    if case["reduction"] == "none":
        return terms
    terms, dims = reducible(case, terms)
    total = terms.sum(dims)
    return total / int(kept.sum()) if case["reduction"] == "mean" else total


def weighted(case, terms, weight):
    """Sums in float64, where they are as good as exact, of products that are rounded."""
    products = blurred(terms * weight)
    if case["reduction"] == "none":
        return products
    products, dims = reducible(case, products)
    total = products.double().sum(dims)
    if case["reduction"] == "mean":
        total = total / weight.double().expand(products.shape).sum(dims)
    return blurred(total.to(terms.dtype))


def ranged(tensor, shape, summed=False):
    """torch's own answer, how far others may lie from it, and where anything may come out.

    A gradient that is summed over one element, which replicas need no sum for, makes -0 a 0 in torch.
    """
    tensor = tensor.detach()
    own = encode(tensor[0].reshape(shape))
    wide = tensor.double().reshape(len(tensor), -1)
    nan = wide.isnan()
    low, high = (torch.where(nan, fill, wide) for fill in (torch.inf, -torch.inf))
    low, high = low.amin(0), high.amax(0)
    apart = torch.where(high > low, 2 * (high - low), 0)
    return {
        **own,
        "low": hexed((low - apart).numpy()),
        "high": hexed((high + apart).numpy()),
        "free": ((nan.any(0) & ~nan.all(0)) | (summed & (wide == 0).all(0))).to(torch.uint8).numpy().tobytes().hex(),
    }


def hexed(values):
    return numpy.asarray(values, numpy.float64).tobytes().hex()
