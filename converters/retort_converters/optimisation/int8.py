"""Weights and activations of 8 bits, by the quantization tools of ONNX Runtime."""

import os
import re
from pathlib import Path

import onnx
from onnx import version_converter

from .. import messages
from ..failure import Failure, one_line
from .layers import counted, name_nodes, weighted_nodes
from .sample import answers, departure

TOOLS = ["onnxruntime", "onnx"]
#: Operators that hold the weights of most networks.
DYNAMIC = ("MatMul", "Gemm", "Conv", "LSTM", "Attention", "Gather")
STATIC = ("MatMul", "Gemm", "Conv", "Add", "Mul", "MaxPool", "AveragePool", "GlobalAveragePool", "Concat", "Relu", "Clip")
INTEGER_OPERATORS = {
    "MatMulInteger",
    "ConvInteger",
    "DynamicQuantizeLSTM",
    "QLinearMatMul",
    "QLinearConv",
    "QGemm",
    "QAttention",
    "DequantizeLinear",
}
#: With more nodes, measuring the damage of each would take longer than it is worth.
MOST_MEASURED = 64


def dynamic(model, sample, job):
    from onnxruntime.quantization import QuantType, quantize_dynamic

    asked = job["settings"]
    settings = {
        "perChannel": asked.get("perChannel", True),
        "reduceRange": asked.get("reduceRange", not _has_vnni()),
    }
    prepared = _prepared(model, job, DYNAMIC)
    target = str(_work(job, "dynamic.onnx"))
    _tool(
        lambda: quantize_dynamic(
            prepared,
            target,
            op_types_to_quantize=list(DYNAMIC),
            per_channel=settings["perChannel"],
            reduce_range=settings["reduceRange"],
            weight_type=QuantType.QInt8,
        )
    )
    made = onnx.load(target)
    _some_quantised(made)
    return _as_declared(model, made), settings, [], TOOLS


def static(model, sample, job):
    from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static

    asked = job["settings"]
    settings = {
        "calibration": asked.get("calibration", "MIN_MAX"),
        "percentile": asked.get("percentile", 99.99),
        "perChannel": asked.get("perChannel", True),
        "format": asked.get("format", "QDQ"),
        "activations": asked.get("activations", "UINT8"),
        "reduceRange": asked.get("reduceRange", not _has_vnni()),
        "maxDamage": asked.get("maxDamage", 0.05),
    }
    if settings["calibration"] != "PERCENTILE":
        del settings["percentile"]
    methods = {
        "MIN_MAX": CalibrationMethod.MinMax,
        "ENTROPY": CalibrationMethod.Entropy,
        "PERCENTILE": CalibrationMethod.Percentile,
    }
    prepared = _prepared(model, job, STATIC)
    cache = _work(job, "ranges.json")
    target = str(_work(job, "static.onnx"))
    options = {"CalibPercentile": settings.get("percentile", 99.99)}

    def quantised(only=None, without=()):
        _tool(
            lambda: quantize_static(
                prepared,
                target,
                None if cache.exists() else _Reader(sample.feeds),
                quant_format=QuantFormat.QDQ if settings["format"] == "QDQ" else QuantFormat.QOperator,
                op_types_to_quantize=list(STATIC),
                per_channel=settings["perChannel"],
                reduce_range=settings["reduceRange"],
                activation_type=QuantType.QUInt8 if settings["activations"] == "UINT8" else QuantType.QInt8,
                weight_type=QuantType.QInt8,
                nodes_to_quantize=only,
                nodes_to_exclude=list(without),
                calibrate_method=methods[settings["calibration"]],
                extra_options=dict(options),
                calibration_cache_path=str(cache),
            )
        )
        return onnx.load(target)

    before = answers(model, sample.feeds)
    made = quantised()
    _some_quantised(made)
    damage = departure(before, answers(made, sample.feeds))
    messages.log(f"All nodes in 8 bits: the answers depart by {damage:.3g} of their standard deviation.")
    settings["excluded"] = []
    if damage > settings["maxDamage"]:
        made, damage, settings["excluded"] = _left_out(prepared, quantised, before, sample, settings["maxDamage"], (made, damage))
    notes = []
    if settings["excluded"]:
        notes.append(f"Left in single precision, since they did most of the damage: {', '.join(settings['excluded'])}.")
    if damage > settings["maxDamage"]:
        notes.append(
            f"On the calibration rows the answers depart by {damage:.3g} of their standard deviation, more than the "
            f"{settings['maxDamage']:g} asked for."
        )
    _some_quantised(made)
    return _as_declared(model, made), settings, notes, TOOLS


def _left_out(prepared, quantised, before, sample, most, best):
    """Nodes are left out by the damage that each does alone, the worst first, until what is left is small enough."""
    nodes = [node.name for node, _ in weighted_nodes(onnx.load(prepared))]
    if len(nodes) > MOST_MEASURED or len(nodes) < 2:
        return (*best, [])
    alone = {}
    for name in nodes:
        try:
            alone[name] = departure(before, answers(quantised(only=[name]), sample.feeds))
        except Failure:
            alone[name] = float("inf")
    ranked = sorted(nodes, key=lambda name: alone[name], reverse=True)
    for name in ranked:
        messages.log(f"{name} alone: {alone[name]:.3g}.")
    found = (*best, [])
    for count in range(1, len(ranked)):
        made = quantised(without=ranked[:count])
        damage = departure(before, answers(made, sample.feeds))
        messages.log(f"Without {', '.join(ranked[:count])}: {damage:.3g}.")
        if damage < found[1]:
            found = (made, damage, ranked[:count])
        if damage <= most:
            return found
    return found


class _Reader:
    """What ONNX Runtime calibrates on: its histograms take runs of one shape only."""

    def __init__(self, feeds):
        shapes = [[values.shape for values in each.values()] for each in feeds]
        most = max(shapes, key=shapes.count)
        self.feeds = iter([each for each, shape in zip(feeds, shapes) if shape == most])

    def get_next(self):
        return next(self.feeds, None)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.feeds)


def _prepared(model, job, operators):
    """As the tools want it: nodes named, Gemm as MatMul and Add, an opset that has what they write. @return its path"""
    from onnxruntime.quantization.onnx_model import ONNXModel
    from onnxruntime.quantization.shape_inference import quant_pre_process

    if counted(model, INTEGER_OPERATORS | {"DynamicQuantizeLinear", "QuantizeLinear", "MatMulNBits"}):
        raise Failure("NOT_APPLICABLE", "The graph is quantised already.")
    if not counted(model, set(operators) - {"Add", "Mul", "Relu", "Clip", "Concat", "Gather"}):
        raise Failure("NOT_APPLICABLE", "The graph has no matrix product and no convolution whose weights could be quantised.")
    copied = onnx.ModelProto()
    copied.CopyFrom(model)
    opset = next((entry.version for entry in copied.opset_import if entry.domain in ("", "ai.onnx")), 13)
    if opset < 13:
        copied = _tool(lambda: version_converter.convert_version(copied, 13))
    name_nodes(copied)
    whole = ONNXModel(copied)
    whole.replace_gemm_with_matmul()
    source, target = _work(job, "named.onnx"), _work(job, "prepared.onnx")
    onnx.save(whole.model, source)
    try:
        quant_pre_process(str(source), str(target), skip_symbolic_shape=True)
        made = onnx.load(target)
        name_nodes(made)
        onnx.save(made, target)
    except Exception as error:  # noqa: BLE001 -- it helps, and is not needed
        messages.log(f"The graph is quantised as it is: {one_line(error, 200)}")
        return str(source)
    return str(target)


def _as_declared(model, made):
    """With the declarations of the original: the tools write dimensions anew."""
    for kind in ("input", "output"):
        wanted = {value.name: value for value in getattr(model.graph, kind)}
        for value in getattr(made.graph, kind):
            if value.name in wanted:
                value.CopyFrom(wanted[value.name])
    known = {entry.key for entry in model.metadata_props}
    del made.metadata_props[:]
    made.metadata_props.extend(entry for entry in model.metadata_props if entry.key in known)
    return made


def _some_quantised(model):
    if not counted(model, INTEGER_OPERATORS):
        raise Failure("NOT_APPLICABLE", "None of the graph's nodes could be quantised: their weights are no constants.")


def _work(job, name):
    folder = Path(job["output"]) / "steps"
    folder.mkdir(exist_ok=True)
    return folder / name


def _tool(work):
    try:
        return work()
    except Failure:
        raise
    except Exception as error:  # noqa: BLE001 -- the tools raise whatever they like
        raise Failure("FAILED", f"ONNX Runtime's quantization refuses the graph: {type(error).__name__}: {one_line(error)}") from error


def _has_vnni():
    """Without it, products of 8 bits may overflow unless weights have one bit less."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return os.uname().machine in ("aarch64", "arm64")
    return re.search(r"\b(avx512_vnni|avx_vnni|asimddp)\b", flags) is not None
