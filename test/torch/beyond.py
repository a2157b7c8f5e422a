"""The losses that PyTorch does not have, as their papers and their authors' code state them, of PyTorch's operations:
values, and gradients by autograd. Where scikit-learn or SciPy has the loss, the value is held to theirs as well."""

import math

import torch
from torch.nn import functional as F

from arrays import decode


def quantile(x, y, quantile=0.5):
    d = y - x
    return torch.maximum(quantile * d, (quantile - 1) * d)


def tukey(x, y, c=4.685):
    d = x - y
    return torch.where(d.abs() <= c, c**2 / 6 * (1 - (1 - (d / c) ** 2) ** 3), torch.full_like(d, c**2 / 6))


# https://github.com/google-research/google-research/tree/master/robust_loss_pytorch, general.py
def general(x, y, alpha=1.0, c=1.0):
    s = ((x - y) / c) ** 2
    # The limits by themselves: of a choice, autograd makes 0 times NaN of the other side.
    if not isinstance(alpha, torch.Tensor) and alpha in LIMITS:
        return LIMITS[alpha](s)
    alpha = torch.as_tensor(alpha, dtype=x.dtype)
    beta = torch.abs(alpha - 2)
    return beta / alpha * (torch.pow(s / beta + 1, 0.5 * alpha) - 1)


LIMITS = {2: lambda s: 0.5 * s, 0: lambda s: torch.log1p(0.5 * s), "-Infinity": lambda s: -torch.expm1(-0.5 * s)}


def wing(x, y, omega=10.0, epsilon=2.0):
    z = (x - y).abs()
    constant = omega - omega * math.log(1 + omega / epsilon)
    return torch.where(z < omega, omega * torch.log(1 + z / epsilon), z - constant)


# https://github.com/pytorch/vision, torchvision/ops/focal_loss.py
def focal(inputs, targets, alpha=0.25, gamma=2):
    p = torch.sigmoid(inputs)
    ce_loss = F.binary_cross_entropy_with_logits(inputs, targets, reduction="none")
    p_t = p * targets + (1 - p) * (1 - targets)
    loss = ce_loss * ((1 - p_t) ** gamma)
    if alpha >= 0:
        alpha_t = alpha * targets + (1 - alpha) * (1 - targets)
        loss = alpha_t * loss
    return loss


# https://github.com/Alibaba-MIIL/ASL, src/loss_functions/losses.py, without its sum
def asymmetric(x, y, gamma_neg=4, gamma_pos=1, clip=0.05, eps=1e-8):
    xs_pos = torch.sigmoid(x)
    xs_neg = 1 - xs_pos
    if clip > 0:
        xs_neg = (xs_neg + clip).clamp(max=1)
    loss = y * torch.log(xs_pos.clamp(min=eps)) + (1 - y) * torch.log(xs_neg.clamp(min=eps))
    pt = xs_pos * y + xs_neg * (1 - y)
    return -loss * torch.pow(1 - pt, gamma_pos * y + gamma_neg * (1 - y))


def gaussian_crps(x, y, sigma):
    standard = torch.distributions.Normal(torch.zeros((), dtype=x.dtype), torch.ones((), dtype=x.dtype))
    z = (y - x) / sigma
    return sigma * (z * (2 * standard.cdf(z) - 1) + 2 * standard.log_prob(z).exp() - 1 / math.sqrt(math.pi))


def dice(x, y, smooth=1e-5, dim=None, squared=False):
    dims = tuple(range(1, x.ndim)) if dim is None else tuple(dim)
    sizes = (x**2).sum(dims) + (y**2).sum(dims) if squared else x.sum(dims) + y.sum(dims)
    return 1 - (2 * (x * y).sum(dims) + smooth) / (sizes + smooth)


def jaccard(x, y, smooth=1e-5):
    dims = tuple(range(1, x.ndim))
    both = (x * y).sum(dims)
    return 1 - (both + smooth) / (x.sum(dims) + y.sum(dims) - both + smooth)


# https://github.com/pytorch/vision, torchvision/ops/giou_loss.py and _utils.py
def boxes_giou(boxes1, boxes2, eps=1e-7):
    x1, y1, x2, y2 = boxes1.unbind(dim=-1)
    x1g, y1g, x2g, y2g = boxes2.unbind(dim=-1)
    xkis1, ykis1, xkis2, ykis2 = torch.max(x1, x1g), torch.max(y1, y1g), torch.min(x2, x2g), torch.min(y2, y2g)
    intsctk = torch.zeros_like(x1)
    mask = (ykis2 > ykis1) & (xkis2 > xkis1)
    intsctk[mask] = (xkis2[mask] - xkis1[mask]) * (ykis2[mask] - ykis1[mask])
    unionk = (x2 - x1) * (y2 - y1) + (x2g - x1g) * (y2g - y1g) - intsctk
    iouk = intsctk / (unionk + eps)
    xc1, yc1, xc2, yc2 = torch.min(x1, x1g), torch.min(y1, y1g), torch.max(x2, x2g), torch.max(y2, y2g)
    area_c = (xc2 - xc1) * (yc2 - yc1)
    return 1 - (iouk - ((area_c - unionk) / (area_c + eps)))


def ensemble_crps(x, y, fair=False):
    count = x.shape[-1]
    pairs = (x.unsqueeze(-1) - x.unsqueeze(-2)).abs().sum((-1, -2))
    return (x - y.unsqueeze(-1)).abs().mean(-1) - pairs / (2 * count * (count - 1 if fair else count))


def pearson(x, y, eps=1e-12):
    return 1 - F.cosine_similarity(x - x.mean(-1, keepdim=True), y - y.mean(-1, keepdim=True), dim=-1)


LOSSES = {
    "diceLoss": dice,
    "jaccardLoss": jaccard,
    "generalizedBoxIouLoss": boxes_giou,
    "ensembleCrpsLoss": ensemble_crps,
    "pearsonLoss": pearson,
    "quantileLoss": quantile,
    "logCoshLoss": lambda x, y: torch.log(torch.cosh(x - y)),
    "charbonnierLoss": lambda x, y, epsilon=1e-3: torch.sqrt((x - y) ** 2 + epsilon**2),
    "epsilonInsensitiveLoss": lambda x, y, epsilon=0.1: torch.clamp((x - y).abs() - epsilon, min=0),
    "tukeyBiweightLoss": tukey,
    "cauchyLoss": lambda x, y, c=1.0: c**2 / 2 * torch.log(1 + ((x - y) / c) ** 2),
    "generalRobustLoss": general,
    "wingLoss": wing,
    "sigmoidFocalLoss": focal,
    "asymmetricLoss": asymmetric,
    "gaussianCrpsLoss": gaussian_crps,
}


def pinball(x, y, quantile=0.5):
    from sklearn.metrics import mean_pinball_loss

    return mean_pinball_loss(y, x, alpha=quantile) if isinstance(quantile, float) else None


def crps(x, y, sigma):
    from scipy.stats import norm

    z = (y - x) / sigma
    return (sigma * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / math.sqrt(math.pi))).mean()


def one_less_correlation(x, y, eps=0):
    from scipy.stats import pearsonr

    return sum(1 - pearsonr(a, b).statistic for a, b in zip(x, y)) / len(x)


SNAKE = {"gammaNeg": "gamma_neg", "gammaPos": "gamma_pos"}
MEANS = {"pearsonLoss": one_less_correlation, "quantileLoss": pinball, "gaussianCrpsLoss": crps}


def mean_elsewhere(name, operands, options):
    """The mean by another library; None where there is none, or it is not installed."""
    if name not in MEANS:
        return None
    try:
        found = MEANS[name](*(x.detach().numpy() for x in operands), **options)
    except ImportError:
        return None
    return None if found is None else float(found)


def evaluate_beyond(case):
    operands = [decode(x).requires_grad_() for x in case["operands"]]
    behind = {word: decode(x).requires_grad_() for word, x in case["behind"].items()}
    options = {SNAKE.get(word, word): value for word, value in case["options"].items()}
    name = case["beyond"]
    value = LOSSES[name](*operands, **behind, **options)
    upstream = decode(case["upstream"]).reshape(value.shape)
    gradients = torch.autograd.grad(value, [*operands, *behind.values()], upstream, allow_unused=True)
    return {
        "value": value.detach().flatten().tolist(),
        "gradients": [None if g is None else g.flatten().tolist() for g in gradients],
        "mean": None if behind else mean_elsewhere(name, operands, options),
    }
