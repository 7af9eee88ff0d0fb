"""
KServe's own model server, over its protocols v2 and v1:

    python serve.py --http_port 8080 esol=model.onnx binding-energy=sha256:…
"""

import argparse
import os
import sys
import uuid

import numpy as np
from kserve import InferOutput, InferResponse, Model, ModelServer, model_server
from kserve.errors import InvalidInput

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from retort_onnx import DATATYPES, BadInput, OnnxModel, datatype_of, from_list  # noqa: E402


class RetortModel(Model):
    def __init__(self, name, artifact):
        super().__init__(name)
        self._artifact = artifact

    def load(self):
        self._model = OnnxModel(self._artifact)
        self.ready = True
        return True

    async def get_input_types(self):
        return self._model.inputs

    async def get_output_types(self):
        return self._model.outputs

    async def predict(self, payload, headers=None, response_headers=None):
        try:
            return self._rows(payload) if isinstance(payload, dict) else self._tensors(payload)
        except BadInput as error:
            raise InvalidInput(str(error)) from error

    def _tensors(self, payload):
        arrays = {tensor.name: array_of(tensor) for tensor in payload.inputs}
        wanted = [output.name for output in payload.request_outputs or []]
        outputs = []
        for name, array in self._model.run(arrays, wanted).items():
            output = InferOutput(name=name, shape=list(array.shape), datatype=datatype_of(array))
            output.set_data_from_numpy(array, binary_data=payload.use_binary_outputs)
            outputs.append(output)
        # KServe's answers must have an id, though its requests need none.
        return InferResponse(response_id=payload.id or str(uuid.uuid4()), model_name=self.name, infer_outputs=outputs)

    def _rows(self, payload):
        """Of v1: one row each, the tensors by their names, or the only one without."""
        rows = payload.get("instances")
        if not isinstance(rows, list):
            raise BadInput("expected instances to be a list")
        specs = self._model.inputs
        arrays = {}
        for spec in specs:
            column = [row.get(spec["name"]) if isinstance(row, dict) else row for row in rows]
            values = np.array(column, dtype=DATATYPES[spec["datatype"]][0])
            arrays[spec["name"]] = values
        answered = {name: array.tolist() for name, array in self._model.run(arrays).items()}
        if len(answered) == 1:
            return {"predictions": next(iter(answered.values()))}
        return {"predictions": [{name: column[row] for name, column in answered.items()} for row in range(len(rows))]}


def array_of(tensor):
    """Lists of JSON are read here: as_numpy would have integers of 64 bits pass through doubles."""
    return from_list(tensor.name, tensor.datatype, tensor.shape, tensor.data) if isinstance(tensor.data, list) else tensor.as_numpy()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(parents=[model_server.parser])
    parser.add_argument("models", nargs="+", metavar="NAME=ARTIFACT")
    arguments = parser.parse_args()
    models = [RetortModel(*text.split("=", 1)) for text in arguments.models]
    for model in models:
        model.load()
    ModelServer(http_port=arguments.http_port, enable_grpc=False, workers=1).start(models)
