"""MXNet: a symbol and its parameters, by MXNet's own exporter. Its last release, 1.9.1, needs numpy before 1.24."""

import glob
import os
import tempfile

import numpy as np

from ..failure import Failure, one_line
from ..tensors import dtype_of
from .tensor_model import TensorModel, load, plain_dimensions, without_listed_weights


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
        self.symbol_file, self.params_file = symbol, params
        self.declared = [
            {"name": str(each.get("name", "data")), "datatype": each.get("datatype", "FP32"), "shape": each["shape"]}
            for each in declared
        ]
        self.symbol = mxnet.sym.load(symbol)
        known = set(mxnet.nd.load(params))
        weights = {name.split(":", 1)[-1] for name in known}
        wanted = [name for name in self.symbol.list_inputs() if name not in weights]
        # What trains it, and is left out when it is asked.
        wanted = [name for name in wanted if not name.endswith("label")]
        names = [each["name"] for each in self.declared]
        if sorted(wanted) != sorted(names):
            raise Failure("WRONG_OPTIONS", f"The symbol takes {', '.join(wanted)}; options.inputs names {', '.join(names)}.")
        self.block = mxnet.gluon.SymbolBlock.imports(symbol, names, params)
        self.about = f"a symbol of MXNet {mxnet.__version__}"

    def export(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.onnx")
            try:
                self.mx.onnx.export_model(
                    self.symbol_file,
                    self.params_file,
                    in_shapes=[tuple(4 if size == -1 else size for size in each["shape"]) for each in self.declared],
                    in_types=[dtype_of(each["datatype"]) for each in self.declared],
                    onnx_file_path=path,
                    dynamic=any(-1 in each["shape"] for each in self.declared),
                    dynamic_input_shapes=[
                        tuple("batch" if place == 0 and size == -1 else size for place, size in enumerate(each["shape"]))
                        for each in self.declared
                    ],
                )
            except Exception as error:
                raise Failure("UNSUPPORTED", f"MXNet cannot export the model: {one_line(error)}") from error
            return plain_dimensions(without_listed_weights(load(path)))

    def run(self, feeds):
        tensors = [self.mx.nd.array(feeds[each["name"]], dtype=feeds[each["name"]].dtype) for each in self.declared]
        answers = self.block(*tensors)
        answers = answers if isinstance(answers, (list, tuple)) else [answers]
        return [np.asarray(each.asnumpy()) for each in answers]
