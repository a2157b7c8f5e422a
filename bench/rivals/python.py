"""PyTorch or NumPy as a rival: answers JSON lines on standard input, one each. See ../process.ts.

    python.py torch THREADS
    python.py numpy
"""

import json
import platform
import re
import sys
import time

import numpy


class Torch:
    passes = ["value", "gradient"]

    def __init__(self, threads):
        import torch

        torch.set_num_threads(int(threads))
        self.torch = torch
        self.l1_loss = torch.nn.functional.l1_loss
        self.version = torch.__version__
        capability = re.search(r"CPU capability usage: (\S+)", torch.__config__.show())
        self.about = (
            "`l1_loss`; with gradients `grad = None`, `l1_loss`, `backward()`: "
            f"threads: {torch.get_num_threads()}, {capability.group(1) if capability else 'unknown'} kernels, "
            f"Python {platform.python_version()}"
        )

    def prepare(self, x, y):
        self.input, self.target = self.torch.from_numpy(x), self.torch.from_numpy(y)
        self.leaf = self.input.clone().requires_grad_()

    def value(self):
        return self.l1_loss(self.input, self.target)

    def gradient(self):
        self.leaf.grad = None
        loss = self.l1_loss(self.leaf, self.target)
        loss.backward()
        return loss

    def read_gradient(self):
        return self.leaf.grad.numpy()


class Numpy:
    passes = ["value"]

    def __init__(self):
        self.version = numpy.__version__
        self.about = (
            "`subtract` and `absolute` into an array made before, `add.reduce`, divided by n: "
            f"one thread, Python {platform.python_version()}"
        )

    def prepare(self, x, y):
        self.x, self.y, self.out = x, y, numpy.empty_like(x)

    def value(self):
        numpy.subtract(self.x, self.y, out=self.out)
        numpy.absolute(self.out, out=self.out)
        return numpy.add.reduce(self.out) / self.out.size


def wrong_gradients(x, y, gradient):
    """How many elements of the gradient differ from sign(x - y) / n by more than rounding."""
    expected = numpy.sign(x - y) / x.size
    # The comparison is turned round so that NaN counts.
    return int(numpy.count_nonzero(~(abs(gradient - expected) <= 2**-22 * abs(expected))))


def answer(rival, name):
    mean = float(getattr(rival, name)())
    wrong = wrong_gradients(*operands, rival.read_gradient()) if name == "gradient" else 0
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
    reply({"ok": {"version": rival.version, "about": rival.about, "passes": rival.passes}})
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "prepare":
            operands = numpy.fromfile(request["file"], numpy.float32).reshape(2, request["n"])
            rival.prepare(*operands)
            reply({"ok": None})
        elif request["do"] == "answer":
            reply({"ok": answer(rival, request["pass"])})
        else:
            reply({"ok": seconds(getattr(rival, request["pass"]), request["repeats"])})
except Exception as error:
    reply({"error": str(error)})
