"""MLServer's side: a model whose `parameters.uri` is an ONNX file, or the digest of an artifact. See README.md."""

import os
import sys

from mlserver import MLModel
from mlserver.errors import InferenceError
from mlserver.types import InferenceResponse, MetadataTensor, ResponseOutput

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from retort_onnx import BadInput, OnnxModel, datatype_of, from_list  # noqa: E402


class RetortModel(MLModel):
    async def load(self) -> bool:
        self._model = OnnxModel(self.settings.parameters.uri)
        self.inputs = [MetadataTensor(**tensor) for tensor in self._model.inputs]
        self.outputs = [MetadataTensor(**tensor) for tensor in self._model.outputs]
        return True

    async def predict(self, payload):
        try:
            arrays = {
                tensor.name: from_list(tensor.name, tensor.datatype, tensor.shape, tensor.data.root) for tensor in payload.inputs
            }
            answered = self._model.run(arrays, [output.name for output in payload.outputs or []])
        except BadInput as error:
            raise InferenceError(str(error)) from error
        outputs = [
            ResponseOutput(name=name, datatype=datatype_of(array), shape=list(array.shape), data=array.reshape(-1).tolist())
            for name, array in answered.items()
        ]
        return InferenceResponse(model_name=self.name, model_version=self.version, outputs=outputs)
