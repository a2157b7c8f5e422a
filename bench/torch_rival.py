"""PyTorch as a rival, on one thread: answers JSON lines on standard input, one each. See torch.ts."""

import json
import platform
import re
import sys
import time

import torch
from torch.nn.functional import l1_loss

torch.set_num_threads(1)


def value(case):
    return l1_loss(case["input"], case["target"])


def gradient(case):
    case["leaf"].grad = None
    loss = l1_loss(case["leaf"], case["target"])
    loss.backward()
    return loss


def read(case):
    loss = gradient(case)
    case["leaf"].grad.numel()
    return loss


passes = {"value": value, "gradient": gradient, "read": read}


def prepare(n, seed):
    torch.manual_seed(seed)
    x, y = torch.rand(n), torch.rand(n)
    return {"input": x, "target": y, "leaf": x.clone().requires_grad_()}


def answer(case, name):
    mean = passes[name](case).item()
    if name == "value":
        return {"mean": mean, "gradientError": 0}
    expected = torch.sign(case["input"] - case["target"]) / case["input"].numel()
    return {"mean": mean, "gradientError": (case["leaf"].grad - expected).abs().max().item()}


def seconds(case, name, repeats):
    run = passes[name]
    start = time.perf_counter()
    for _ in range(repeats):
        run(case)
    return time.perf_counter() - start


def reply(message):
    print(json.dumps(message), flush=True)


capability = re.search(r"CPU capability usage: (\S+)", torch.__config__.show())
reply(
    {
        "torch": torch.__version__,
        "python": platform.python_version(),
        "threads": torch.get_num_threads(),
        "capability": capability.group(1) if capability else "unknown",
    }
)
current = {}
for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "prepare":
        current = prepare(request["n"], request["seed"])
        reply(None)
    elif request["do"] == "answer":
        reply(answer(current, request["pass"]))
    else:
        reply(seconds(current, request["pass"], request["repeats"]))
