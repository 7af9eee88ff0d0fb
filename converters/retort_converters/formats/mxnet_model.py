"""MXNet: a symbol and its parameters, by MXNet's own exporter. Its last release, 1.9.1, needs numpy before 1.24."""

import glob
import json
import os
import tempfile

import numpy as np

from ..failure import Failure, one_line
from ..tensors import dtype_of
from .tensor_model import TensorModel, load, plain_dimensions, without_listed_weights

OPSET = 13


def read(job):
    import mxnet

    symbols = sorted(glob.glob(os.path.join(job["source"], "*-symbol.json")))
    params = sorted(glob.glob(os.path.join(job["source"], "*.params")))
    if len(symbols) != 1 or not params:
        raise Failure(
            "UNREADABLE",
            f"Expected one NAME-symbol.json and NAME-0000.params, got {len(symbols)} symbols and {len(params)} files of parameters.",
        )
    declared = job["options"].get("inputs")
    if not isinstance(declared, list) or not all(isinstance(each, dict) and "shape" in each for each in declared):
        raise Failure(
            "WRONG_OPTIONS",
            'A symbol does not say the shape of what it takes: expected options.inputs, such as [{"name": "data", "shape": '
            "[-1, 3, 32, 32]}], with -1 for the rows.",
        )
    try:
        return MxnetModel(mxnet, symbols[0], params[-1], declared)
    except Failure:
        raise
    except Exception as error:
        raise Failure("UNREADABLE", f"MXNet {mxnet.__version__} cannot read the model: {one_line(error)}") from error


class MxnetModel(TensorModel):
    tools = ("mxnet", "onnx", "onnxruntime", "numpy")

    def __init__(self, mxnet, symbol, params, declared):
        self.mx = mxnet
        self.declared = [
            {"name": str(each.get("name", "data")), "datatype": each.get("datatype", "FP32"), "shape": each["shape"]}
            for each in declared
        ]
        self.symbol = mxnet.sym.load(symbol)
        self.weights = {name.split(":", 1)[-1]: values for name, values in mxnet.nd.load(params).items()}
        wanted = [name for name in self.symbol.list_inputs() if name not in self.weights]
        # What trains it, and is left out when it is asked.
        wanted = [name for name in wanted if not name.endswith("label")]
        names = [each["name"] for each in self.declared]
        if sorted(wanted) != sorted(names):
            raise Failure("WRONG_OPTIONS", f"The symbol takes {', '.join(wanted)}; options.inputs names {', '.join(names)}.")
        self.about = f"a symbol of MXNet {mxnet.__version__}"

    def export(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.onnx")
            is_dynamic = any(-1 in each["shape"] for each in self.declared)
            try:
                self.mx.onnx.export_model(
                    self.mx.sym.load_json(_served(self.symbol.tojson())),
                    self.weights,
                    in_shapes=[tuple(4 if size == -1 else size for size in each["shape"]) for each in self.declared],
                    in_types=[dtype_of(each["datatype"]) for each in self.declared],
                    onnx_file_path=path,
                    dynamic=is_dynamic,
                    dynamic_input_shapes=[
                        tuple("batch" if place == 0 and size == -1 else size for place, size in enumerate(each["shape"]))
                        for each in self.declared
                    ]
                    if is_dynamic
                    else None,
                )
            except Exception as error:
                raise Failure("UNSUPPORTED", f"MXNet cannot export the model: {one_line(error)}") from error
            model = plain_dimensions(without_listed_weights(load(path)))
        # MXNet writes operators as they were in 13, and says that they are as in the newest set of the onnx package.
        for entry in model.opset_import:
            if entry.domain == "":
                entry.version = OPSET
        return model

    def run(self, feeds):
        # Not by gluon, which knows no symbol with the labels of its training in it.
        shapes = {name: values.shape for name, values in feeds.items()}
        types = {name: values.dtype for name, values in feeds.items()}
        try:
            executor = self.symbol.simple_bind(self.mx.cpu(), grad_req="null", type_dict=types, **shapes)
            for own in (executor.arg_dict, executor.aux_dict):
                for name, place in own.items():
                    if name in self.weights:
                        self.weights[name].copyto(place)
            for name, values in feeds.items():
                executor.arg_dict[name][:] = self.mx.nd.array(values, dtype=values.dtype)
            return [np.asarray(each.asnumpy()) for each in executor.forward(is_train=False)]
        except Exception as error:
            raise Failure(
                "WRONG_SAMPLE", f"The model itself refuses the sample: {one_line(error)}. Give a sample that it takes."
            ) from error


#: What older symbols end in: a loss, which is this when it is served.
_LOSSES = {"SoftmaxOutput": "softmax", "LogisticRegressionOutput": "sigmoid", "LinearRegressionOutput": "identity"}


def _served(symbol):
    """The symbol without the labels that only training asks for, at which MXNet's exporter stumbles."""
    graph = json.loads(symbol)
    for node in graph["nodes"]:
        if node["op"] in _LOSSES and len(node["inputs"]) == 2:
            own = node.get("attrs", {})
            axis = "1" if own.get("multi_output") in ("True", "1", "true") else "-1"
            node.update(
                op=_LOSSES[node["op"]],
                inputs=node["inputs"][:1],
                attrs={"axis": axis} if node["op"] == "SoftmaxOutput" else {},
            )
    return json.dumps(graph)
