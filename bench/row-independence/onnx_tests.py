"""ONNX's own tests as models of rows: python onnx_tests.py FOLDER

FOLDER/node gets the tests of nodes; FOLDER/models the light, simple and converted PyTorch models of the onnx package. The
first input of each varies along its first axis; the others are constants of the test's own data. FOLDER/others gets the
tests of nodes again, with each other input varying in its turn, and with all. Tests whose varying input has no axis, or
with an input that is no tensor, are left out.
"""

import sys
from collections import Counter
from pathlib import Path

import numpy
import onnx
from onnx.backend.test.case.node import collect_testcases

from sets import as_array, as_tensor, save

DATA = Path(onnx.__file__).parent / "backend/test/data"


def main(folder):
    kept, left_out = Counter(), Counter()
    for kind, name, model, inputs in tests():
        count = len(given(model))
        ways = [(kind, name, [0])]
        if kind == "node" and count > 1:
            ways += [("others", f"{name}_{at}", [at]) for at in range(1, count)]
            ways += [("others", f"{name}_all", range(count))]
        for into, called, varying in ways:
            varied = vary(model, inputs, varying)
            (left_out if varied is None else kept)[into] += 1
            if varied is not None:
                save(Path(folder) / into, called, *varied)
    print("kept", dict(kept), "left out", dict(left_out))


def tests():
    for case in collect_testcases(None):
        yield "node", case.name, case.model, case.data_sets[0][0]
    for path in sorted(DATA.glob("light/*.onnx")):
        model = onnx.load(path)
        yield "models", path.stem, model, [image_for(model)]
    for path in sorted([*DATA.glob("pytorch-*/*/model.onnx"), *DATA.glob("simple/*/model.onnx")]):
        count = len(list(path.parent.glob("test_data_set_0/input_*.pb")))
        parts = [path.parent / f"test_data_set_0/input_{at}.pb" for at in range(count)]
        model = onnx.load(path)
        if all(is_tensor(value) for value in given(model)):
            inputs = [onnx.TensorProto.FromString(part.read_bytes()) for part in parts]
            yield "models", f"{path.parent.parent.name}_{path.parent.name}", model, inputs
        else:
            yield "models", path.parent.name, model, []  # left out


def image_for(model):
    dims = [dim.dim_value for dim in given(model)[0].type.tensor_type.shape.dim]
    return numpy.random.default_rng(1).normal(size=dims).astype(numpy.float32)


def given(model):
    """Inputs that are no constants: before IR version 4 those were listed as inputs, too."""
    constants = {constant.name for constant in model.graph.initializer}
    return [value for value in model.graph.input if value.name not in constants]


def is_tensor(value):
    return value.type.WhichOneof("value") == "tensor_type"


def vary(model, inputs, varying):
    """The model with rows in the inputs at these places, and their arrays; None where rows have nowhere to lie."""
    changed = onnx.ModelProto.FromString(model.SerializeToString())
    graph = changed.graph
    values = given(changed)
    if not values or not all(map(is_tensor, values)) or len(inputs) < len(values):
        return None
    for at, value in enumerate(values):
        if at not in varying:
            constant = onnx.TensorProto.FromString(as_tensor(inputs[at]).SerializeToString())
            constant.name = value.name
            graph.initializer.append(constant)
            graph.input.remove(value)
            continue
        array = as_array(inputs[at])
        if array.ndim == 0 or array.shape[0] == 0:
            return None
        dims = value.type.tensor_type.shape.dim
        dims[0].Clear()
        dims[0].dim_param = "rows"
    # What is declared about the others holds for the test's own number of rows only.
    del graph.value_info[:]
    for output in graph.output:
        if is_tensor(output):
            output.type.tensor_type.ClearField("shape")
    return changed, [as_tensor(inputs[at]) for at in varying]


if __name__ == "__main__":
    main(*sys.argv[1:])
