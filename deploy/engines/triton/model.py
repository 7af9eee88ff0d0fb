"""Triton's side: a model of its Python backend. Made into a repository by serve.py."""

import json
import os
import sys

# The Python inside Triton's stub looks at no PYTHONPATH.
sys.path[:0] = os.environ["RETORT_TRITON_PATH"].split(os.pathsep)

import numpy as np  # noqa: E402
import triton_python_backend_utils as backend  # noqa: E402
from retort_onnx import BadInput, OnnxModel  # noqa: E402


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        self._model = OnnxModel(config["parameters"]["artifact"]["string_value"])
        self._texts = {tensor["name"] for tensor in self._model.inputs if tensor["datatype"] == "BYTES"}

    def execute(self, requests):
        return [self._answer(request) for request in requests]

    def _answer(self, request):
        try:
            arrays = {tensor.name(): self._array(tensor) for tensor in request.inputs()}
            answered = self._model.run(arrays, list(request.requested_output_names()))
        except BadInput as error:
            return backend.InferenceResponse(error=backend.TritonError(str(error), backend.TritonError.INVALID_ARG))
        return backend.InferenceResponse([backend.Tensor(name, written(array)) for name, array in answered.items()])

    def _array(self, tensor):
        array = tensor.as_numpy()
        if tensor.name() not in self._texts:
            return array
        return np.array([text.decode() for text in array.reshape(-1)], dtype=np.object_).reshape(array.shape)


def written(array):
    if array.dtype != np.object_:
        return array
    return np.array([text.encode() for text in array.reshape(-1)], dtype=np.object_).reshape(array.shape)
