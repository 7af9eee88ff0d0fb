"""What is known of the nodes of a graph and their weights."""

import numpy as np
import onnx
from onnx import numpy_helper


class Weights:
    """Constant tensors of a graph by name, whether initializers or Constant nodes."""

    def __init__(self, model):
        self.graph = model.graph
        self.initializers = {tensor.name: tensor for tensor in model.graph.initializer}
        self.constants = {
            node.output[0]: attribute.t
            for node in model.graph.node
            if node.op_type == "Constant"
            for attribute in node.attribute
            if attribute.name == "value"
        }

    def __contains__(self, name):
        return name in self.initializers or name in self.constants

    def array(self, name):
        """None for what is no constant."""
        tensor = self.initializers.get(name) or self.constants.get(name)
        return None if tensor is None else numpy_helper.to_array(tensor)

    def replace(self, name, values):
        """Of a tensor that one node alone uses, or whose other users take the new one as well."""
        made = numpy_helper.from_array(np.ascontiguousarray(values), name)
        target = self.initializers.get(name) or self.constants.get(name)
        target.CopyFrom(made)


def users(graph):
    """By value: the nodes that read it; None stands for an output of the graph."""
    found = {}
    for node in graph.node:
        for name in node.input:
            found.setdefault(name, []).append(node)
    for output in graph.output:
        found.setdefault(output.name, []).append(None)
    return found


def attribute(node, name, default=None):
    for each in node.attribute:
        if each.name == name:
            return onnx.helper.get_attribute_value(each)
    return default


def name_nodes(model):
    """Every node gets a name of its own."""
    taken = set()
    for place, node in enumerate(model.graph.node):
        if node.name == "" or node.name in taken:
            node.name = f"{node.op_type}_{place}"
        taken.add(node.name)


def counted(model, operators):
    return sum(1 for node in model.graph.node if node.op_type in operators)


def weighted_nodes(model, operators=("MatMul", "Gemm", "Conv", "ConvTranspose")):
    """Nodes with a constant matrix or kernel, and the name of that."""
    weights = Weights(model)
    return [
        (node, node.input[1])
        for node in model.graph.node
        if node.domain in ("", "ai.onnx")
        and node.op_type in operators
        and len(node.input) > 1
        and node.input[1] in weights
        and weights.array(node.input[1]).dtype.kind == "f"
        and weights.array(node.input[1]).ndim >= 2
    ]


def in_order(model):
    """Each node after those whose values it reads: tools append nodes, and readers go through them once."""
    graph = model.graph
    known = {value.name for value in graph.input} | {tensor.name for tensor in graph.initializer} | {""}
    known |= {tensor.values.name for tensor in graph.sparse_initializer}
    waiting, ordered = list(graph.node), []
    while waiting:
        ready = [node for node in waiting if all(name in known for name in _read(node))]
        if not ready:
            return
        ordered += ready
        known |= {name for node in ready for name in node.output}
        taken = {id(node) for node in ready}
        waiting = [node for node in waiting if id(node) not in taken]
    copies = [onnx.NodeProto.FromString(node.SerializeToString()) for node in ordered]
    del graph.node[:]
    graph.node.extend(copies)


def _read(node):
    """Of a node and the graphs inside of it: what they take from around them."""
    names = list(node.input)
    for each in node.attribute:
        for graph in [each.g] if each.HasField("g") else list(each.graphs):
            own = {value.name for value in graph.input} | {tensor.name for tensor in graph.initializer}
            own |= {name for inner in graph.node for name in inner.output}
            names += [name for inner in graph.node for name in _read(inner) if name not in own]
    return names
