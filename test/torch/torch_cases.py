"""torch's own cases of a loss, and what torch makes of them: {"casesOf": {"module", "function"}}, of its names.

Module inputs (common_modules.py), OpInfo samples, reference inputs and error inputs
(common_methods_invocations.py), each as the arguments by their names, with the value and the gradients
of all operands, options and parameters that have one, or the text of the error.
"""

import dataclasses
import inspect

import torch
from torch import nn
from torch.nn import functional as F
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.common_modules import module_db

from arrays import NAMES, encode

DTYPES = (torch.float32, torch.float64)
# Of one kind, at even distances.
MOST = 60


def some(cases):
    cases = list(cases)
    return cases[:: -(-len(cases) // MOST) or 1]


def cases_of(names):
    module, function = names["module"], names["function"]
    found = []
    for dtype in DTYPES:
        found += module_cases(module, dtype) + op_cases(function, dtype)
    return found + error_cases(function)


def module_cases(name, dtype):
    made = []
    for info in infos_of(name):
        inputs = info.module_inputs_func(info, device="cpu", dtype=dtype, requires_grad=True, training=True)
        made += [asked_of_module(name, one) for one in some(inputs)]
        if info.module_error_inputs_func:
            errors = info.module_error_inputs_func(info, device="cpu", dtype=dtype, requires_grad=True, training=True)
            asked = [one.module_error_input for one in errors]
            # JSON has no complex numbers.
            made += [asked_of_module(name, one) for one in asked if complex not in map(type, one.constructor_input.kwargs.values())]
    return made


def infos_of(module):
    return [info for info in module_db if info.name == f"nn.{module}"]


def asked_of_module(name, one):
    Module = getattr(nn, name)
    options = named(parameters_of(Module.__init__)[1:], one.constructor_input.args, one.constructor_input.kwargs)
    options.pop("device", None)
    return answered("module", lambda options: Module(**options), options, one.forward_input or Given((), {}))


def op_cases(name, dtype):
    infos = [info for info in op_db if info.name == f"nn.functional.{name}"]
    made = []
    for info in infos:
        for samples in (info.sample_inputs, info.reference_inputs):
            made += [called(name, one) for one in some(samples("cpu", dtype, requires_grad=True))]
    return made


def error_cases(name):
    infos = [info for info in op_db if info.name == f"nn.functional.{name}" and info.error_inputs_func]
    return [called(name, one.sample_input) for info in infos for one in info.error_inputs("cpu")]


class Given:
    """Arguments of a call."""

    def __init__(self, args, kwargs):
        self.args, self.kwargs = args, kwargs


# The parameters of functions that do not say them.
WORDS_OF = {
    F.linear: ["input", "weight", "bias"],
    F.cosine_similarity: ["x1", "x2", "dim", "eps"],
    F.pairwise_distance: ["x1", "x2", "p", "eps", "keepdim"],
}


def parameters_of(function):
    return WORDS_OF.get(function) or list(inspect.signature(function).parameters)


def called(name, sample):
    function = getattr(F, name)
    arguments = named(parameters_of(function), (sample.input, *sample.args), sample.kwargs)
    words = operands_of(function)
    # A bias stands in its place, also where there is none.
    operands = [arguments.pop(word, None) for word in words if word in arguments or word == "bias"]
    return answered("function", lambda options: lambda *x: function(*x, **options), arguments, Given(operands, {}))


def operands_of(function):
    if function is F.linear:
        return parameters_of(function)
    words = ("input", "input1", "input2", "x1", "x2", "linear_weight", "target", "var", "anchor", "positive",
             "negative", "log_probs", "targets", "input_lengths", "target_lengths")
    return [word for word in parameters_of(function) if word in words]


def named(words, args, kwargs):
    return {**dict(zip(words, args)), **kwargs}


def fresh(x):
    return x.detach().clone().requires_grad_(x.requires_grad) if isinstance(x, torch.Tensor) else x


def answered(kind, make, options, given):
    operands = [fresh(x) for x in (*given.args, *given.kwargs.values())]
    options = {name: fresh(value) for name, value in options.items()}
    case = {"kind": kind, "options": {name: shown(value) for name, value in options.items()}, "operands": [shown(x) for x in operands]}
    try:
        call = make(options)
        state = call.state_dict(keep_vars=True) if isinstance(call, nn.Module) else {}
        case["state"] = {name: encode(x) for name, x in state.items()}
        value = call(*operands)
        if value.requires_grad:
            value.backward(torch.ones_like(value))
    except Exception as error:  # noqa: BLE001 -- whatever torch throws is the answer
        return {**case, "error": str(error)}
    grads = [grad_of(x) for x in operands]
    others = {name: grad_of(x) for name, x in [*options.items(), *state.items()]}
    return {**case, "value": encode(value), "grads": grads, "others": {name: grad for name, grad in others.items() if grad}}


def grad_of(x):
    return encode(x.grad) if isinstance(x, torch.Tensor) and x.grad is not None else None


def shown(value):
    if isinstance(value, torch.Tensor):
        return {**encode(value), "requires": value.requires_grad} if value.dtype in NAMES else None
    if isinstance(value, torch.dtype):
        return NAMES[value]
    if isinstance(value, nn.LinearCrossEntropyOptions):
        return {"chunks": {field.name: shown(getattr(value, field.name)) for field in dataclasses.fields(value)}}
    # The one distance that the cases ask for is the default.
    return None if isinstance(value, nn.PairwiseDistance) else value
