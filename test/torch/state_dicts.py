"""States of modules with buffers, as safetensors. Read: bytes that lossgrad wrote of each model's
state, by the model's name. Written: of each model the names and bytes of its state, and the bytes
of the state after it has strictly loaded what was read.
"""

import base64
import json
import sys

import torch
from safetensors.torch import load, save
from torch import nn


class Scaled(nn.Module):
    """Buffers beside a parameter, and a loss that stands before them."""

    def __init__(self):
        super().__init__()
        self.loss = nn.CrossEntropyLoss(weight=torch.rand(3))
        self.register_buffer("running_mean", torch.rand(2))
        self.scale = nn.Parameter(torch.rand(2))
        self.register_buffer("steps", torch.tensor(7))
        self.register_buffer("cache", torch.rand(5), persistent=False)
        self.register_buffer("nothing", None)
        self.layer = nn.Linear(2, 3)


MODELS = {
    "model": Scaled,
    "sequence": lambda: nn.Sequential(nn.Linear(2, 3), nn.BCEWithLogitsLoss(weight=torch.rand(3), pos_weight=torch.rand(3))),
    "loss": lambda: nn.NLLLoss(weight=torch.rand(4)),
    "linear": lambda: nn.LinearCrossEntropyLoss(2, 3, weight=torch.rand(3), bias=True),
    "distance": lambda: nn.TripletMarginWithDistanceLoss(distance_function=nn.Linear(2, 1)),
    "margins": lambda: nn.ModuleList([nn.MultiMarginLoss(weight=torch.rand(2)), nn.MultiLabelSoftMarginLoss(weight=torch.rand(2)),
                                      nn.BCELoss(weight=torch.rand(2)), nn.L1Loss()]),
}

torch.manual_seed(0)
given = json.load(sys.stdin)


def answer(name):
    model = MODELS[name]()
    state = model.state_dict()
    written = save(state)
    model.load_state_dict(load(base64.b64decode(given[name])))
    return {
        "keys": list(state),
        "bytes": base64.b64encode(written).decode(),
        "loaded": base64.b64encode(save(model.state_dict())).decode(),
    }


json.dump({name: answer(name) for name in given}, sys.stdout)
