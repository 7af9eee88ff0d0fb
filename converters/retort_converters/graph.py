"""Changes to a converted graph that are the same for every framework."""

import json

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CLASSES = "retort.class_labels"


def producer(model, name, version):
    model.producer_name = name
    model.producer_version = version


def without_zip_map(model):
    """Takes out the operators that make maps of probabilities: their names are kept apart, by `name_classes`."""
    graph = model.graph
    for node in [node for node in graph.node if node.op_type == "ZipMap"]:
        wide = next(i for i, output in enumerate(graph.output) if output.name == node.output[0])
        rename(model, node.input[0], node.output[0])
        graph.node.remove(node)
        graph.output[wide].CopyFrom(
            helper.make_tensor_value_info(node.output[0], TensorProto.FLOAT, [None, None])
        )


def rename(model, old, new):
    """Of a value inside the graph."""
    for node in model.graph.node:
        for names in (node.input, node.output):
            for place, name in enumerate(names):
                if name == old:
                    names[place] = new


def name_classes(model, output, labels):
    """Writes down which class each column of an output stands for: Retort's signature shows it."""
    meta = {entry.key: entry.value for entry in model.metadata_props}
    known = json.loads(meta.get(CLASSES, "{}"))
    known[output] = [str(label) for label in labels]
    for entry in [entry for entry in model.metadata_props if entry.key == CLASSES]:
        model.metadata_props.remove(entry)
    model.metadata_props.add(key=CLASSES, value=json.dumps(known, ensure_ascii=False))


def fit_outputs(model, answers, rows):
    """Exporters declare some shapes wrongly; what the graph answers tells. The first dimension is that of the rows."""
    for value in model.graph.output:
        tensor = value.type.tensor_type
        shape = np.asarray(answers[value.name]).shape
        dims = list(tensor.shape.dim)
        if len(dims) != len(shape):
            tensor.shape.ClearField("dim")
            for place, size in enumerate(shape):
                dim = tensor.shape.dim.add()
                if place > 0 or size != rows:
                    dim.dim_value = size
            continue
        for place, (dim, size) in enumerate(zip(dims, shape)):
            if place == 0 and size == rows:
                dim.Clear()
            elif dim.HasField("dim_value") and dim.dim_value != size:
                dim.Clear()
            elif place > 0 and not dim.HasField("dim_value") and not dim.dim_param:
                dim.dim_value = size


def name_columns(model, matrix, names, element=TensorProto.FLOAT):
    """Puts one input of shape [rows, 1] for each column in the place of the matrix."""
    graph = model.graph
    outputs = {value.name for value in graph.output}
    inner = onnx.compose.add_prefix_graph(graph, "retort/", inplace=False)
    free = Names(set(names))
    result = onnx.GraphProto()
    result.CopyFrom(inner)
    # Outputs keep their names, unless a column has it.
    rest = onnx.ModelProto()
    rest.CopyFrom(model)
    rest.graph.CopyFrom(result)
    for value in rest.graph.output:
        own = value.name.removeprefix("retort/")
        assert own in outputs
        wanted = free.take(own)
        rename(rest, value.name, wanted)
        value.name = wanted
    del rest.graph.input[:]
    rest.graph.input.extend(helper.make_tensor_value_info(name, element, [None, 1]) for name in names)
    concat = helper.make_node("Concat", list(names), [f"retort/{matrix}"], name="retort/columns", axis=1)
    nodes = [concat, *rest.graph.node]
    del rest.graph.node[:]
    rest.graph.node.extend(nodes)
    if not any(entry.domain == "" for entry in rest.opset_import):
        rest.opset_import.add(domain="", version=18)
    return rest


class Names:
    """Gives each value a name that no other has."""

    def __init__(self, taken):
        self.taken = taken

    def take(self, name):
        wanted, count = name, 1
        while wanted in self.taken:
            count += 1
            wanted = f"{name}_{count}"
        self.taken.add(wanted)
        return wanted


def round_thresholds(model, thresholds):
    """
    Trees compare with thresholds in double precision, their operator in single. For a single-precision x, x ≤ t is the same as
    x ≤ t rounded down, and not as x ≤ t rounded to the nearest, which is what exporters write.

    @param thresholds by the number of the feature: the model's own, in double precision
    """
    for node in model.graph.node:
        if not node.op_type.startswith("TreeEnsemble"):
            continue
        own = {attribute.name: attribute for attribute in node.attribute}
        if "nodes_values" not in own:
            continue
        modes = own["nodes_modes"].strings
        features = own["nodes_featureids"].ints
        values = own["nodes_values"].floats
        for place, (mode, feature) in enumerate(zip(modes, features)):
            if mode != b"BRANCH_LEQ" or feature not in thresholds:
                continue
            values[place] = _rounded_down(np.float32(values[place]), thresholds[feature])


def _rounded_down(written, exact):
    """@param exact sorted"""
    low = np.searchsorted(exact, np.nextafter(written, np.float32(-np.inf), dtype=np.float32))
    high = np.searchsorted(exact, np.nextafter(written, np.float32(np.inf), dtype=np.float32), side="right")
    near = [value for value in exact[low:high] if np.float32(value) == written]
    if near and all(value < float(written) for value in near):
        return float(np.nextafter(written, np.float32(-np.inf), dtype=np.float32))
    return float(written)


def plain_locale(model):
    """Letters are made small by a locale, en_US.UTF-8 unless it is said, which few servers have: every glibc has this one."""
    for node in model.graph.node:
        if node.op_type == "StringNormalizer" and not any(each.name == "locale" for each in node.attribute):
            node.attribute.append(helper.make_attribute("locale", "C.UTF-8"))


def tolerant_attributes():
    """Newer protobuf takes no truth values where whole numbers are declared, and exporters still give some."""
    make = onnx.helper.make_attribute

    def make_attribute(key, value, *rest, **more):
        if isinstance(value, (list, tuple)) and any(isinstance(each, (bool, np.bool_)) for each in value):
            value = [int(each) for each in value]
        return make(key, value, *rest, **more)

    onnx.helper.make_attribute = make_attribute


__all__ = [
    "CLASSES",
    "fit_outputs",
    "name_classes",
    "name_columns",
    "numpy_helper",
    "plain_locale",
    "producer",
    "rename",
    "round_thresholds",
    "tolerant_attributes",
    "without_zip_map",
]
