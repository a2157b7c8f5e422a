"""torch's own cases of a loss, and what torch makes of them: {"casesOf": {"module", "function"}}, of its names.

Module inputs (common_modules.py), OpInfo samples, reference inputs and error inputs
(common_methods_invocations.py), each as the arguments by their names, with the value and the gradients
of all operands that have one, or the text of the error.
"""

import inspect

import torch
from torch import nn
from torch.nn import functional as F
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.common_modules import module_db

from arrays import NAMES, encode

DTYPES = (torch.float32, torch.float64)
# Of one kind; what lies behind them is of the same kinds.
MOST = 60


def cases_of(names):
    module, function = names["module"], names["function"]
    found = []
    for dtype in DTYPES:
        found += module_cases(module, dtype) + op_cases(function, dtype)
    return found + error_cases(function)


def module_cases(name, dtype):
    infos = [info for info in module_db if info.name == f"nn.{name}"]
    made = []
    for info in infos:
        inputs = info.module_inputs_func(info, device="cpu", dtype=dtype, requires_grad=True, training=True)
        for one in list(inputs)[:MOST]:
            options = named(getattr(nn, name).__init__, (None, *one.constructor_input.args), one.constructor_input.kwargs)
            made.append(answered("module", getattr(nn, name)(**options), options, one.forward_input))
    return made


def op_cases(name, dtype):
    infos = [info for info in op_db if info.name == f"nn.functional.{name}"]
    made = []
    for info in infos:
        for samples in (info.sample_inputs, info.reference_inputs):
            made += [called(name, one) for one in list(samples("cpu", dtype, requires_grad=True))[:MOST]]
    return made


def error_cases(name):
    infos = [info for info in op_db if info.name == f"nn.functional.{name}" and info.error_inputs_func]
    return [called(name, one.sample_input) for info in infos for one in info.error_inputs("cpu")]


class Given:
    """Arguments of a call."""

    def __init__(self, args, kwargs):
        self.args, self.kwargs = args, kwargs


def called(name, sample):
    function = getattr(F, name)
    arguments = named(function, (sample.input, *sample.args), sample.kwargs)
    words = operands_of(function)
    operands = [arguments.pop(word) for word in words if word in arguments]
    return answered("function", lambda *x: function(*x, **arguments), arguments, Given(operands, {}))


def operands_of(function):
    words = ("input", "input1", "input2", "target", "var", "anchor", "positive", "negative",
             "log_probs", "targets", "input_lengths", "target_lengths")
    return [word for word in inspect.signature(function).parameters if word in words]


def named(function, args, kwargs):
    bound = inspect.signature(function).bind_partial(*args, **kwargs).arguments
    return {name: value for name, value in bound.items() if name != "self"}


def answered(kind, call, options, given):
    operands = [x.detach().clone().requires_grad_(x.requires_grad) if isinstance(x, torch.Tensor) else x
                for x in (*given.args, *given.kwargs.values())]
    case = {"kind": kind, "options": {name: shown(value) for name, value in options.items()}, "operands": [shown(x) for x in operands]}
    try:
        value = call(*operands)
        if value.requires_grad:
            value.backward(torch.ones_like(value))
    except Exception as error:  # noqa: BLE001 -- whatever torch throws is the answer
        return {**case, "error": str(error)}
    grads = [encode(x.grad) if isinstance(x, torch.Tensor) and x.grad is not None else None for x in operands]
    return {**case, "value": encode(value), "grads": grads}


def shown(value):
    if isinstance(value, torch.Tensor):
        return {**encode(value), "requires": value.requires_grad} if value.dtype in NAMES else None
    # The one distance that the cases ask for is the default.
    return None if isinstance(value, nn.PairwiseDistance) else value
