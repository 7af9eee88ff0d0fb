"""Smaller numbers for weights: 16, 8 or 4 bits."""

import numpy as np
import onnx
from onnx import helper, numpy_helper

from ..failure import Failure
from .int8 import TOOLS, _as_declared, _tool
from .layers import Weights, counted, name_nodes, weighted_nodes


def half(model, sample, job):
    """Weights and activations of 16 bits; inputs and outputs stay as they are."""
    from onnxruntime.transformers.float16 import convert_float_to_float16

    if not weighted_nodes(model) and not counted(model, {"LSTM", "GRU", "Attention"}):
        raise Failure("NOT_APPLICABLE", "The graph has no weights of single precision that 16 bits could hold.")
    copied = onnx.ModelProto()
    copied.CopyFrom(model)
    made = _tool(lambda: convert_float_to_float16(copied, keep_io_types=True, disable_shape_infer=False))
    note = (
        "This server's CPU computes in single precision: weights are widened when the graph runs, so that its file is smaller "
        "and its runs are not faster."
    )
    return _as_declared(model, made), {}, [note], TOOLS


def eight_bits(model, sample, job):
    return _weights_only(model, job, 8)


def four_bits(model, sample, job):
    return _weights_only(model, job, 4)


def _weights_only(model, job, bits):
    from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, MatMulNBitsQuantizer
    from onnxruntime.quantization.onnx_model import ONNXModel

    asked = job["settings"]
    settings = {
        "blockSize": asked.get("blockSize", 32),
        "symmetric": asked.get("symmetric", True),
        "compute": asked.get("compute", "FP32"),
    }
    copied = onnx.ModelProto()
    copied.CopyFrom(model)
    name_nodes(copied)
    whole = ONNXModel(copied)
    whole.replace_gemm_with_matmul()
    quantizer = MatMulNBitsQuantizer(
        whole.model,
        algo_config=DefaultWeightOnlyQuantConfig(
            block_size=settings["blockSize"],
            is_symmetric=settings["symmetric"],
            accuracy_level=4 if settings["compute"] == "INT8" else 1,
            bits=bits,
        ),
    )
    _tool(quantizer.process)
    made = quantizer.model.model
    products = counted(made, {"MatMulNBits"})
    kernels = _kernels(made) if bits == 8 else 0
    if products + kernels == 0:
        raise Failure("NOT_APPLICABLE", "The graph has no matrix product with constant weights that could be stored in fewer bits.")
    notes = []
    if kernels:
        notes.append(f"{kernels} kernels of convolutions are stored in 8 bits and widened when the graph is loaded.")
    return _as_declared(model, made), settings, notes, TOOLS


def _kernels(model):
    """Stores kernels as 8 bits with a scale for each output channel. @return how many"""
    weights = Weights(model)
    opset = next((entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), 0)
    names = {name for node, name in weighted_nodes(model, ("Conv",)) if name in weights.initializers} if opset >= 13 else set()
    made = []
    for name in sorted(names):
        values = weights.array(name).astype(np.float32)
        scales = np.abs(values).reshape(len(values), -1).max(axis=1) / 127
        scales[scales == 0] = 1
        rounded = np.round(values / scales.reshape(-1, *[1] * (values.ndim - 1))).astype(np.int8)
        weights.initializers[name].CopyFrom(numpy_helper.from_array(rounded, f"{name}/8bit"))
        model.graph.initializer.append(numpy_helper.from_array(scales.astype(np.float32), f"{name}/scales"))
        made.append(
            helper.make_node("DequantizeLinear", [f"{name}/8bit", f"{name}/scales"], [name], name=f"{name}/widened", axis=0)
        )
    rest = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend([*made, *rest])
    return len(made)
