"""PyTorch or NumPy as a rival: answers JSON lines on standard input, one each. See ../process.ts.

    python.py torch THREADS [compile | fused]
    python.py numpy
"""

import json
import math
import os
import platform
import re
import sys
import time

import numpy

# Headers that are compiled in advance take longer than all else that is compiled here.
os.environ.setdefault("TORCHINDUCTOR_CPP_CACHE_PRECOMPILE_HEADERS", "0")

EPS = 1e-3
Q = 0.9
VARIANCE = 0.5
LR = 1e-3


class Torch:
    passes = ["value", "gradient", "step"]
    fused = ["l1", "charbonnier", "pinball", "logCosh"]
    own = ["bceWithLogits", "klDiv", "softMargin", "gaussianNll"] + [f"crossEntropy{n}" for n in (10, 1000, 50257)] + ["adam"]

    def __init__(self, threads, how="eager"):
        import torch

        torch.set_num_threads(int(threads))
        self.torch, self.compiles, self.fuses = torch, how == "compile", how == "fused"
        self.losses = self.fused if self.compiles else self.fused + self.own
        self.version = torch.__version__.split("+")[0]
        capability = re.search(r"CPU capability usage: (\S+)", torch.__config__.show())
        whole = "`torch.compile` of the mean of the formula" if self.compiles else "`l1_loss`, or the mean of the formula"
        self.about = (
            f"{whole}; with gradients `grad = None`, the loss, `backward()`: "
            f"threads: {torch.get_num_threads()}, {capability.group(1) if capability else 'unknown'} kernels, "
            f"Python {platform.python_version()}"
        )
        if self.fuses:
            self.passes, self.losses = ["step"], ["adam"]
            self.about = f"`Adam(..., fused=True)`, `step()`: {self.about.partition(': ')[2]}"
        if self.compiles:
            # One that has no compiler says so now.
            torch.compile(lambda x: x + 1)(torch.zeros(8))

    def prepare(self, x, y, loss):
        classes = classes_in(loss)
        if loss == "adam":
            self.parameter = self.torch.from_numpy(x.copy()).requires_grad_()
            self.parameter.grad = self.torch.from_numpy(y)
            self.optimizer = self.torch.optim.Adam([self.parameter], lr=LR, fused=self.fuses or None)
            return
        if classes:
            x, y = x.reshape(-1, classes), classes_of(y, classes)
        self.input, self.target = self.torch.from_numpy(x), self.torch.from_numpy(y)
        self.leaf = self.input.clone().requires_grad_()
        self.loss = getattr(self, "crossEntropy" if classes else loss)
        if self.compiles:
            self.torch._dynamo.reset()
            self.loss = self.torch.compile(self.loss, dynamic=False)

    def l1(self, x, y):
        return self.torch.nn.functional.l1_loss(x, y)

    def charbonnier(self, x, y):
        return ((x - y).square() + EPS**2).sqrt().mean()

    def pinball(self, x, y):
        e = y - x
        return self.torch.maximum(e * Q, e * (Q - 1)).mean()

    def logCosh(self, x, y):
        d = x - y
        return (d + self.torch.nn.functional.softplus(d * -2) - math.log(2)).mean()

    def bceWithLogits(self, x, y):
        return self.torch.nn.functional.binary_cross_entropy_with_logits(x, y)

    def klDiv(self, x, y):
        return self.torch.nn.functional.kl_div(x, y)

    def softMargin(self, x, y):
        return self.torch.nn.functional.soft_margin_loss(x, y)

    def gaussianNll(self, x, y):
        return self.torch.nn.functional.gaussian_nll_loss(x, y, VARIANCE)

    def crossEntropy(self, x, y):
        return self.torch.nn.functional.cross_entropy(x, y)

    def value(self):
        return self.loss(self.input, self.target)

    def gradient(self):
        self.leaf.grad = None
        loss = self.loss(self.leaf, self.target)
        loss.backward()
        return loss.detach()

    def step(self):
        self.optimizer.step()
        return self.parameter

    def read_gradient(self):
        return self.leaf.grad.numpy()


class Numpy:
    passes = ["value"]
    losses = ["l1"]

    def __init__(self):
        self.version = numpy.__version__
        self.about = (
            "`subtract` and `absolute` into an array made before, `add.reduce`, divided by n: "
            f"one thread, Python {platform.python_version()}"
        )

    def prepare(self, x, y, loss):
        self.x, self.y, self.out = x, y, numpy.empty_like(x)

    def value(self):
        numpy.subtract(self.x, self.y, out=self.out)
        numpy.absolute(self.out, out=self.out)
        return numpy.add.reduce(self.out) / self.out.size


def classes_in(loss):
    """How many classes a loss of rows has, which its name ends with; 0 of others."""
    return int(loss.removeprefix("crossEntropy")) if loss.startswith("crossEntropy") else 0


def classes_of(y, classes):
    return (y.reshape(-1, classes)[:, 0] * numpy.float64(classes)).astype(numpy.int64)


SLOPES = {
    "l1": lambda x, y: numpy.sign(x - y),
    "charbonnier": lambda x, y: (x - y) / numpy.sqrt((x - y) ** 2 + EPS**2),
    "pinball": lambda x, y: numpy.where(x > y, 1 - Q, numpy.where(x < y, -Q, 0.5 - Q)),
    "logCosh": lambda x, y: numpy.tanh(x - y),
    "bceWithLogits": lambda x, y: 1 / (1 + numpy.exp(-x)) - y,
    "klDiv": lambda x, y: -y,
    "softMargin": lambda x, y: -y / (1 + numpy.exp(x * y)),
    "gaussianNll": lambda x, y: (x - y) / VARIANCE,
}


def gradient_of_cross_entropy(x, y, classes):
    slopes = numpy.exp(x.reshape(-1, classes))
    slopes /= slopes.sum(axis=1, keepdims=True)
    slopes[numpy.arange(len(slopes)), classes_of(y, classes)] -= 1
    return (slopes / len(slopes)).reshape(-1)


def wrong_gradients(gradient):
    """How many elements differ from the mean's gradient by more than formulas.ts allows."""
    x, y, loss = asked
    classes = classes_in(loss)
    wide = x.astype(numpy.float64)
    expected = gradient_of_cross_entropy(wide, y, classes) if classes else SLOPES[loss](wide, y) / x.size
    least = 0 if loss == "l1" else 2 * max(classes, 1) / x.size
    right = abs(gradient.reshape(-1) - expected) <= 2**-22 * numpy.maximum(least, abs(expected))
    # The comparison is turned round so that NaN counts.
    return int(numpy.count_nonzero(~right))


def answer(rival, name):
    if name == "step":
        # The first one, whatever came before.
        rival.prepare(*asked)
        return {"mean": float(rival.step().mean()), "wrongGradients": 0}
    mean = float(getattr(rival, name)())
    wrong = wrong_gradients(rival.read_gradient()) if name == "gradient" else 0
    return {"mean": mean, "wrongGradients": wrong}


def seconds(run, repeats):
    start = time.perf_counter()
    for _ in range(repeats):
        run()
    return {"seconds": time.perf_counter() - start}


def reply(message):
    print(json.dumps(message), flush=True)


try:
    rival = {"torch": Torch, "numpy": Numpy}[sys.argv[1]](*sys.argv[2:])
    reply({"ok": {"version": rival.version, "about": rival.about, "passes": rival.passes, "losses": rival.losses}})
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "prepare":
            operands = numpy.fromfile(request["file"], numpy.float32).reshape(2, request["n"])
            asked = (*operands, request["loss"])
            rival.prepare(*asked)
            reply({"ok": None})
        elif request["do"] == "answer":
            reply({"ok": answer(rival, request["pass"])})
        else:
            reply({"ok": seconds(getattr(rival, request["pass"]), request["repeats"])})
except Exception as error:
    reply({"error": str(error).split("\n")[0]})
