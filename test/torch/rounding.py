"""What two right implementations may round differently, as noise: a dispatch mode that moves results by some ULP.

Arithmetic, roots, comparisons and choices have fixed bits and stay as they are. The elementary
functions, and the derivatives that torch computes in one kernel, are moved by as many ULP as torch's
own may be off: its sine and cosine by SLEEF are within 3.5. Sums are moved by a few roundings of the
sum of their terms' sizes, since torch adds in an order of its own. What is exact mathematically stays,
as exp(0) = 1. The first replica is torch's own, and the second rounds each exact value once: they
are never moved.
"""

import torch
from torch.utils._python_dispatch import TorchDispatchMode

INTEGERS = {torch.float16: torch.int16, torch.bfloat16: torch.int16, torch.float32: torch.int32, torch.float64: torch.int64}
HALVES = (torch.float16, torch.bfloat16)

# Of float32 and float64; halves are computed in float32, so that they are 1 ULP off at most.
ULPS = {
    "exp": 2, "expm1": 2, "log": 2, "log1p": 2, "tanh": 2, "erf": 2, "pow": 2, "sin": 4, "cos": 4,
    "sigmoid": 4, "softplus": 4, "log_sigmoid_forward": 4,
    "xlogy": 4, "logit": 4, "binary_cross_entropy": 6,
    "soft_margin_loss": 6, "soft_margin_loss_backward": 8,
    "sigmoid_backward": 3, "tanh_backward": 3, "softplus_backward": 6, "log_sigmoid_backward": 6,
}
# x ** y by products, roots and quotients.
PLAIN_EXPONENTS = (0, 1, 2, 3, 0.5, -0.5, -1, -2)
# Of float32's vectors, and of halves.
ERF_ERROR = 2.0**-22
# How many roundings of the sum of all sizes a sum may be off.
SUM_ROUNDINGS = 4


class Rounding(TorchDispatchMode):
    def __torch_dispatch__(self, function, types, arguments=(), options=None):
        result = function(*arguments, **(options or {}))
        name = function.overloadpacket.__name__
        if name in ("sum", "mean"):
            return summed(function, result, arguments, options or {})
        if name not in ULPS or (name == "pow" and is_plain(*arguments)):
            return result
        value, *others = result if isinstance(result, tuple) else (result,)
        found = varied(name, function, value, arguments)
        return (found, *others) if others else found


def varied(name, function, result, arguments):
    """
    torch's own in the first replica; the exact value, rounded once, in the second; then some ULP
    off either.
    """
    if name == "pow":
        result = of_either_exponent(result, *arguments)
    elif result.dtype != torch.float64:
        result = result.clone()
        result[1::2] = precise(name, function, arguments).to(result.dtype)[1::2]
    if name == "tanh_backward":
        # g (1 - y y): fused or not, the product is rounded at the size of 1.
        result = off_by(result, arguments[0].double() * torch.finfo(result.dtype).eps)
    if name == "erf" and result.dtype != torch.float64:
        # Its vectors go by a formula that is exact to so much beside 1 (aten/src/ATen/cpu/vec), also at 0.
        result = off_by(result, torch.where(arguments[0] == 0, 0, ERF_ERROR))
    return moved(result, ULPS[name], exact(name, arguments[0]))


def precise(name, function, arguments):
    """The same of float64."""
    wide = [x.double() if isinstance(x, torch.Tensor) else x for x in arguments]
    if name == "log_sigmoid_backward":
        # torch keeps exp(-|x|) for it, which in a half type is rounded.
        wide[2] = torch.exp(-wide[1].abs())
    found = function(*wide)
    return found[0] if isinstance(found, tuple) else found


def is_plain(x, exponent):
    # The last elements of bfloat16 have roots that are rounded before they divide.
    return exponent in PLAIN_EXPONENTS and not (exponent == -0.5 and x.dtype == torch.bfloat16)


def of_either_exponent(result, x, exponent):
    """
    In float32, torch's vectors round the exponent, too, and the elements behind the last vector do
    not.
    """
    if result.dtype == torch.float64 or isinstance(exponent, torch.Tensor):
        return result
    rounded = float(torch.tensor(exponent, dtype=result.dtype))
    found = result.clone()
    for first, used in ((1, rounded), (2, exponent if result.dtype == torch.float32 else rounded)):
        found[first::2] = x[first::2].double().pow(used).to(result.dtype)
    return found


def exact(name, x):
    """Where a function has an exact value, or a gradient nothing to multiply."""
    found = (x == 0) | ~x.isfinite()
    return found | (x == 1) if name in ("log", "pow") else found


def moved(result, ulps, keep):
    """Each replica but the first two some ULP up or down, at random; to infinity as well."""
    if result.dtype not in INTEGERS or result.numel() == 0:
        return result
    ulps = 1 if result.dtype in HALVES else ulps
    integers = INTEGERS[result.dtype]
    bits = result.contiguous().view(integers)
    size = bits & torch.iinfo(integers).max
    infinity = int(torch.tensor(torch.inf, dtype=result.dtype).view(integers))
    steps = torch.randint(-ulps, ulps + 1, result.shape, dtype=integers)
    steps[:2] = 0
    # Through zero, to the other sign.
    place = (torch.where(bits < 0, -size, size) + steps).clamp(-infinity, infinity)
    found = torch.where(place < 0, place.abs() | torch.iinfo(integers).min, place).view(result.dtype)
    return torch.where((size > infinity) | (steps == 0) | keep, result, found)


def noise(shape):
    drawn = torch.rand(shape, dtype=torch.float64) * 2 - 1
    drawn[:2] = 0
    return drawn


def off_by(result, most):
    off = noise(result.shape) * most
    return torch.where(off == 0, result, (result.double() + off).to(result.dtype))


def summed(function, result, arguments, options):
    if not result.is_floating_point() or result.numel() == 0 or result.ndim == 0:
        return result
    terms, *others = arguments
    options = {name: value for name, value in options.items() if name != "dtype"}
    total, size = (function(x, *others, **options) for x in (terms.double(), terms.double().abs()))
    added = torch.finfo(torch.float32 if result.dtype in HALVES else result.dtype)
    found = (total + noise(result.shape) * SUM_ROUNDINGS * added.eps * size).to(result.dtype)
    found[0] = result[0]
    found = moved(found, 1, size == 0)
    finite = torch.where(terms.isfinite(), terms, 0).double().abs().sum(*others, **options)
    return free_where(finite > added.max / 2, found)


def free_where(condition, replicas):
    """Where a sum may overflow on its way, which depends on the order: anything may come out."""
    found = replicas.clone()
    for replica, value in ((1, torch.nan), (2, 0)):
        found[replica] = torch.where(condition[replica], value, found[replica])
    return found


class Blurred(torch.autograd.Function):
    """The same numbers, a rounding off; so are their gradients, by the roundings of a quotient of sums."""

    @staticmethod
    def forward(context, x):
        return moved(x.detach(), 2, (x == 0) | ~x.isfinite())

    @staticmethod
    def backward(context, upstream):
        return moved(upstream, 4, (upstream == 0) | ~upstream.isfinite())


def blurred(x):
    return Blurred.apply(x)
