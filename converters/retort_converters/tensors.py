"""Tensors between numpy, ONNX and the server, which calls datatypes as the Open Inference Protocol does."""

import struct
from pathlib import Path

import numpy as np
from onnx import TensorProto

from .failure import Failure

_TYPES = {
    "BOOL": (np.bool_, TensorProto.BOOL),
    "INT8": (np.int8, TensorProto.INT8),
    "INT16": (np.int16, TensorProto.INT16),
    "INT32": (np.int32, TensorProto.INT32),
    "INT64": (np.int64, TensorProto.INT64),
    "UINT8": (np.uint8, TensorProto.UINT8),
    "UINT16": (np.uint16, TensorProto.UINT16),
    "UINT32": (np.uint32, TensorProto.UINT32),
    "UINT64": (np.uint64, TensorProto.UINT64),
    "FP16": (np.float16, TensorProto.FLOAT16),
    "FP32": (np.float32, TensorProto.FLOAT),
    "FP64": (np.float64, TensorProto.DOUBLE),
    "BYTES": (np.object_, TensorProto.STRING),
}
_BY_DTYPE = {np.dtype(dtype): name for name, (dtype, _) in _TYPES.items()}
_BY_ONNX = {code: name for name, (_, code) in _TYPES.items()}


def dtype_of(datatype):
    if datatype not in _TYPES:
        raise Failure("WRONG_OPTIONS", f"Expected a datatype of {', '.join(_TYPES)}, got {datatype!r}.")
    return _TYPES[datatype][0]


def onnx_type_of(datatype):
    dtype_of(datatype)
    return _TYPES[datatype][1]


def datatype_of(array):
    if array.dtype.kind in "US":
        return "BYTES"
    return _BY_DTYPE[array.dtype]


def datatype_of_onnx(code):
    return _BY_ONNX.get(code)


def read(tensor):
    """What the server wrote: the row-major little-endian bytes of a tensor, in a file."""
    data = Path(tensor["file"]).read_bytes()
    shape = tensor["shape"]
    if tensor["datatype"] == "BYTES":
        return np.array(_strings(data), dtype=object).reshape(shape)
    return np.frombuffer(data, dtype_of(tensor["datatype"])).reshape(shape).copy()


def write(name, array, folder, number):
    """The same for the server to read."""
    array = np.ascontiguousarray(array)
    path = Path(folder) / f"{number}.bin"
    datatype = datatype_of(array)
    path.write_bytes(_packed(array.reshape(-1).tolist()) if datatype == "BYTES" else array.tobytes())
    return {"name": name, "datatype": datatype, "shape": list(array.shape), "file": path.name}


def _packed(texts):
    encoded = [str(text).encode() for text in texts]
    return b"".join(struct.pack("<I", len(text)) + text for text in encoded)


def _strings(data):
    texts, at = [], 0
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at)
        texts.append(data[at + 4 : at + 4 + length].decode())
        at += 4 + length
    return texts
