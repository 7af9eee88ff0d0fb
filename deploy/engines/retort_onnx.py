"""
An artifact of Retort's, run by ONNX Runtime: what the servers in this folder and in deploy/ray have in common.

An artifact is a file, or the digest of one that a Retort has: it is then read from RETORT_URL, with RETORT_API_KEY where that Retort
asks for a key, and compared with its digest.
"""

import hashlib
import os
import urllib.request

import numpy as np
import onnxruntime

#: Names of the Open Inference Protocol, with how numpy and ONNX Runtime call the same.
DATATYPES = {
    "BOOL": (np.bool_, "tensor(bool)"),
    "UINT8": (np.uint8, "tensor(uint8)"),
    "UINT16": (np.uint16, "tensor(uint16)"),
    "UINT32": (np.uint32, "tensor(uint32)"),
    "UINT64": (np.uint64, "tensor(uint64)"),
    "INT8": (np.int8, "tensor(int8)"),
    "INT16": (np.int16, "tensor(int16)"),
    "INT32": (np.int32, "tensor(int32)"),
    "INT64": (np.int64, "tensor(int64)"),
    "FP16": (np.float16, "tensor(float16)"),
    "FP32": (np.float32, "tensor(float)"),
    "FP64": (np.float64, "tensor(double)"),
    "BYTES": (np.object_, "tensor(string)"),
}
OF_ONNX = {onnx: name for name, (_, onnx) in DATATYPES.items()}


class BadInput(ValueError):
    """What the caller can put right."""


class OnnxModel:
    """A loaded artifact. `inputs` and `outputs` are what the Open Inference Protocol says of a model's tensors."""

    def __init__(self, artifact, threads=1):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 4
        self._session = onnxruntime.InferenceSession(read(artifact), options, providers=["CPUExecutionProvider"])
        self.inputs = [described(tensor) for tensor in self._session.get_inputs()]
        self.outputs = [described(tensor) for tensor in self._session.get_outputs()]

    def run(self, inputs, outputs=None):
        """From arrays by name to arrays by name, in the order of `outputs`, or of the graph's own."""
        names = outputs or [output["name"] for output in self.outputs]
        unknown = set(names) - {output["name"] for output in self.outputs}
        if unknown:
            raise BadInput(f"no output {', '.join(sorted(unknown))}; there are {[output['name'] for output in self.outputs]}")
        try:
            return dict(zip(names, self._session.run(names, inputs)))
        except (onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument, ValueError) as error:
            raise BadInput(str(error)) from error


def read(artifact):
    """The bytes of a file, or of an artifact by its digest."""
    if not artifact.startswith("sha256:"):
        with open(artifact, "rb") as file:
            return file.read()
    server = os.environ.get("RETORT_URL")
    if not server:
        raise RuntimeError(f"RETORT_URL: expected the address of the Retort that has {artifact}, got none")
    request = urllib.request.Request(f"{server.rstrip('/')}/artifacts/{artifact}")
    key = os.environ.get("RETORT_API_KEY")
    if key:
        request.add_header("authorization", f"Bearer {key}")
    with urllib.request.urlopen(request, timeout=600) as answer:
        content = answer.read()
    got = f"sha256:{hashlib.sha256(content).hexdigest()}"
    if got != artifact:
        raise RuntimeError(f"expected {artifact} from {server}, got bytes of the digest {got}")
    if content[257:262] == b"ustar":
        raise RuntimeError(f"{artifact} is a bundle of several files; expected one ONNX file with its weights inside")
    return content


def described(tensor):
    if tensor.type not in OF_ONNX:
        raise RuntimeError(f'tensor "{tensor.name}" is a {tensor.type}, which the Open Inference Protocol has no name for')
    shape = [size if isinstance(size, int) else -1 for size in tensor.shape]
    return {"name": tensor.name, "datatype": OF_ONNX[tensor.type], "shape": shape}


def from_list(name, datatype, shape, data):
    """An array from numbers or texts as JSON has them, flat or nested."""
    if datatype not in DATATYPES:
        raise BadInput(f'input "{name}": expected a datatype of {", ".join(DATATYPES)}, got {datatype}')
    if not isinstance(data, list):
        raise BadInput(f'input "{name}": expected a list as data, got {type(data).__name__}')
    try:
        # 64-bit integers beyond what a double holds must not pass through one.
        values = np.array(data, dtype=np.object_).reshape(-1)
        return values.astype(DATATYPES[datatype][0]).reshape(shape)
    except (ValueError, TypeError, OverflowError) as error:
        raise BadInput(f'input "{name}": expected {datatype} of the shape {shape}, got data that is not: {error}') from error


def from_bytes(name, datatype, shape, content):
    """An array from the bytes of the protocol's binary extension."""
    if datatype not in DATATYPES:
        raise BadInput(f'input "{name}": expected a datatype of {", ".join(DATATYPES)}, got {datatype}')
    try:
        if datatype != "BYTES":
            return np.frombuffer(content, DATATYPES[datatype][0]).reshape(shape)
        texts, at = [], 0
        while at < len(content):
            end = at + 4 + int.from_bytes(content[at : at + 4], "little")
            if end > len(content):
                raise ValueError("a text ends after the bytes do")
            texts.append(bytes(content[at + 4 : end]).decode())
            at = end
        return np.array(texts, dtype=np.object_).reshape(shape)
    except ValueError as error:
        raise BadInput(f'input "{name}": {len(content)} bytes are no {datatype} of the shape {shape}: {error}') from error


def to_bytes(array):
    """As the protocol's binary extension has it."""
    if array.dtype != np.object_:
        return np.ascontiguousarray(array).tobytes()
    encoded = [text.encode() for text in array.reshape(-1)]
    return b"".join(len(text).to_bytes(4, "little") + text for text in encoded)


def datatype_of(array):
    # By the dtype: on Linux there are two types of numpy's for integers of 64 bits.
    return next(name for name, (kind, _) in DATATYPES.items() if array.dtype == kind)
