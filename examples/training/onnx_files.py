"""Graphs from trained parts."""

from pathlib import Path

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, checker, helper, numpy_helper
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType

# What the other examples of the project are written for.
OPSETS = {"": 17, "ai.onnx.ml": 3}
IR_VERSION = 8


def tree_node(model: object, features: int, given: str, answer: str) -> NodeProto:
    """The ensemble as one operator: features FP32 [batch, features] to FP32 [batch, 1]. skl2onnx rounds thresholds down to
    float32, so that every row takes the branches it takes in scikit-learn."""
    converted = convert_sklearn(
        model, initial_types=[("x", FloatTensorType([None, features]))], target_opset=OPSETS
    )
    (node,) = [node for node in converted.graph.node if node.op_type == "TreeEnsembleRegressor"]
    node.input[:] = [given]
    node.output[:] = [answer]
    node.name = answer
    return node


def write_graph(
    path: Path, *, name: str, doc: str, source: str, inputs: list, outputs: list, nodes: list, constants: list
) -> None:
    graph = helper.make_graph(nodes, name, inputs, outputs, constants)
    model: ModelProto = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid(domain, version) for domain, version in OPSETS.items()],
        ir_version=IR_VERSION,
        producer_name="retort-examples",
        doc_string=doc,
    )
    helper.set_model_props(model, {"source": source})
    checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString(deterministic=True))


def constant(name: str, values: np.ndarray) -> TensorProto:
    return numpy_helper.from_array(np.ascontiguousarray(values), name)
