"""The answer to a loss case over floats and without weights."""

from arrays import HALVES, rounded
from formulas import EACH_BACKWARD, EACH_FORWARD, Arithmetic, slope, terms
from spread import Range, leaf_range, total


def float_answer(case, operands):
    loss, parameter = effective_loss(case)
    x, y = operands.flat("input"), operands.flat("target")
    elements = terms(loss, x, y, parameter, arithmetic(EACH_FORWARD, loss, operands.common))
    addends = unrounded(loss, x, y, parameter, operands.common)
    divisor = operands.count if case["reduction"] == "mean" else 1
    value = reduced(case["reduction"], elements, addends, divisor, operands.result)
    backward = arithmetic(EACH_BACKWARD, loss, operands.common)

    def toward(this, other):
        return slope(loss, this, other, operands.upstream(), divisor, parameter, backward)

    gradients = {}
    if "input" in case["requires"]:
        gradients["input"] = Range(toward(x, y))
    if "target" in case["requires"]:
        gradients["target"] = Range(-toward(x, y) if loss == "l1" else toward(y, x))
    return finished(case, operands, value, gradients)


def effective_loss(case):
    """torch's wrapper hands a beta of 0 to l1_loss."""
    parameter = case.get("parameter", 1.0)
    return ("l1", None) if case["loss"] == "smoothL1" and parameter == 0 else (case["loss"], parameter)


def arithmetic(table, loss, dtype):
    return Arithmetic(dtype, (loss, dtype) in table)


def unrounded(loss, x, y, parameter, dtype, wide=None):
    """The terms that a sum adds: lossgrad keeps float32 ones for the half types, which torch rounds to half first.

    Only beta or delta is rounded as the elementwise kernel rounds it, for it is one number of the whole loss.
    """
    if parameter is not None:
        parameter = float(arithmetic(EACH_FORWARD, loss, dtype).constant(parameter))
    return terms(loss, x, y, parameter, Arithmetic(wide or ("float32" if dtype in HALVES else dtype), False))


def reduced(reduction, elements, addends, divisor, dtype):
    if reduction == "none":
        return Range(rounded(elements, dtype))
    low, high = total(addends, dtype, divisor)
    return Range([low], [high])


def finished(case, operands, value, gradients):
    """The wire form, each gradient cast to its leaf's dtype and added over what was broadcast."""
    return {
        "value": value.wire(operands.summed_shape, operands.result),
        "gradients": {name: leaf_range(g, operands.shape, case[name]).wire(case[name]["shape"], case[name]["dtype"])
                      for name, g in gradients.items()},
    }
