"""What PyTorch computes of the weights that write-weights.ts wrote: torch.f32, the reconstructions, and
torch.json, of what they were computed: python3 torch.py FOLDER, which has the weights (torch 2.14.1).
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

folder = Path(sys.argv[1])
sizes = [784, 64, 128, 784]


def load(name, *shape):
    return torch.from_numpy(np.fromfile(folder / f"{name}.f32", "<f4").reshape(shape))


x = load("images", -1, sizes[0])
for i, (before, after) in enumerate(zip(sizes, sizes[1:])):
    x = F.linear(x, load(f"weight{i}", before, after).T, load(f"bias{i}", after))
    if i == 1:
        x = F.relu(x)
x.clamp(0, 1).numpy().tofile(folder / "torch.f32")
described = {"torch": torch.__version__.split("+")[0], "numbers": (folder / "digest.txt").read_text()}
(folder / "torch.json").write_text(json.dumps(described) + "\n")
