"""An ONNX graph behind BentoML, asked and answering as the Open Inference Protocol has it: one thread for a run, as everywhere here."""

import os

import bentoml
import numpy as np
import onnxruntime


@bentoml.service(workers=int(os.environ.get("BENCH_WORKERS", "1")), traffic={"timeout": 60})
class Model:
    def __init__(self):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(os.environ["BENCH_MODEL"], options, providers=["CPUExecutionProvider"])

    @bentoml.api(route="/v2/models/model/infer")
    def infer(self, inputs: list, id: str = "") -> dict:
        feeds = {each["name"]: np.array(each["data"], np.float32).reshape(each["shape"]) for each in inputs}
        names = [output.name for output in self.session.get_outputs()]
        values = self.session.run(names, feeds)
        return {
            "id": id,
            "model_name": "model",
            "outputs": [
                {"name": name, "datatype": "FP32", "shape": list(value.shape), "data": value.ravel().tolist()}
                for name, value in zip(names, values)
            ],
        }
