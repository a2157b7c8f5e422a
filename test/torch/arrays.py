"""Arrays on the wire: {"dtype", "shape", "bytes": little-endian hex, "expand"?: shape}, and torch tensors."""

import numpy
import torch

TORCH = {
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "float32": torch.float32,
    "float64": torch.float64,
    "int8": torch.int8,
    "int16": torch.int16,
    "int32": torch.int32,
    "int64": torch.int64,
    "uint8": torch.uint8,
    "bool": torch.bool,
    "complex64": torch.complex64,
    "complex128": torch.complex128,
}
NAMES = {dtype: name for name, dtype in TORCH.items()}
HALVES = ("float16", "bfloat16")
FLOATS = ("float16", "bfloat16", "float32", "float64")
COMPLEX = ("complex64", "complex128")


def decode(wire):
    """The tensor as stored; "expand" is left to the caller, because gradients belong to this leaf."""
    raw = bytearray.fromhex(wire["bytes"])
    dtype, shape = TORCH[wire["dtype"]], wire["shape"]
    if not raw:
        return torch.empty(shape, dtype=dtype)
    return torch.frombuffer(raw, dtype=dtype).reshape(shape).clone()


def encode(tensor):
    tensor = tensor.detach().contiguous()
    dtype = tensor.dtype
    if dtype == torch.bfloat16:
        tensor = tensor.view(torch.int16)  # numpy has no bfloat16
    elif dtype == torch.bool:
        tensor = tensor.to(torch.uint8)
    return {"dtype": NAMES[dtype], "shape": list(tensor.shape), "bytes": tensor.numpy().tobytes().hex()}


def operand(wire, leaf):
    return leaf.expand(wire["expand"]) if "expand" in wire else leaf


def operand_shape(wire):
    return wire.get("expand", wire["shape"])


def numbers(tensor):
    """A flat numpy array in the type that the reference computes with: float32 for the half types."""
    tensor = tensor.detach()
    if tensor.dtype in (torch.float16, torch.bfloat16):
        tensor = tensor.to(torch.float32)
    return tensor.numpy().ravel()


def rounded(values, dtype):
    """Numbers rounded to `dtype`, as torch converts them, and given back in the reference's type."""
    return numbers(torch.from_numpy(numpy.array(values)).to(TORCH[dtype]))


def from_numbers(values, shape, dtype):
    return torch.from_numpy(numpy.array(values)).to(TORCH[dtype]).reshape(shape)
