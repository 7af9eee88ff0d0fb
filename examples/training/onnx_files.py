"""Graphs from trained parts."""

from pathlib import Path

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, checker, helper, numpy_helper
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType

# What the other examples of the project are written for.
OPSETS = {"": 17, "ai.onnx.ml": 3}
IR_VERSION = 8


def tree_nodes(model: object, features: int, given: str, answer: str) -> list[NodeProto]:
    """The ensemble as one operator, and the cast before it: features FP32 [batch, features] to FP32 [batch, 1].

    It computes in double precision. scikit-learn compares float32 with double thresholds and adds leaves up in double; added up
    in float32, hundreds of leaves would be off by 1e-5, and by another amount where a runtime adds them in another order.
    Converted for float32 all the same: skl2onnx then rounds thresholds down, so that no float32 takes another branch.
    """
    converted = convert_sklearn(
        model, initial_types=[("x", FloatTensorType([None, features]))], target_opset=OPSETS
    )
    (node,) = [node for node in converted.graph.node if node.op_type == "TreeEnsembleRegressor"]
    node.input[:] = [f"{answer}_features"]
    node.output[:] = [answer]
    node.name = answer
    cast = helper.make_node("Cast", [given], [f"{answer}_features"], f"{answer}_features", to=TensorProto.DOUBLE)
    return [cast, node]


def linear_nodes(
    given: str, slopes: np.ndarray, intercept: np.ndarray, answer: str
) -> tuple[list[NodeProto], list[TensorProto]]:
    """given · slopes + intercept, in double precision: [batch, columns] to [batch, answers]; and its constants."""
    nodes = [
        helper.make_node("Cast", [given], [f"{answer}_given"], f"{answer}_given", to=TensorProto.DOUBLE),
        helper.make_node("MatMul", [f"{answer}_given", "slopes"], [f"{answer}_sum"], f"{answer}_sum"),
        helper.make_node("Add", [f"{answer}_sum", "intercept"], [answer], answer),
    ]
    return nodes, [constant("slopes", slopes.astype(float)), constant("intercept", intercept.astype(float))]


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
