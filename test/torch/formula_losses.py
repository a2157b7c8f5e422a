"""PyTorch's own losses by the names of the table in src/loss/formulas.ts: unreduced, of all operands."""

from torch.nn import functional as F

LOSSES = {
    "softMarginLoss": lambda input, target: F.soft_margin_loss(input, target, reduction="none"),
}
