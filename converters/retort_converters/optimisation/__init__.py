"""Versions made smaller or faster: one step, from a graph and rows of a sample to another graph of the same inputs and outputs."""

import importlib
import importlib.metadata
import platform
from pathlib import Path

import onnx

from .. import VERSION, graph, messages
from ..failure import Failure
from .layers import in_order
from .sample import Sample

#: By method: the module, and what does the work in it.
METHODS = {
    "INT8_DYNAMIC": ("int8", "dynamic"),
    "INT8_STATIC": ("int8", "static"),
    "FP16": ("weights", "half"),
    "WEIGHTS_INT8": ("weights", "eight_bits"),
    "WEIGHTS_INT4": ("weights", "four_bits"),
    "PRUNE_MAGNITUDE": ("magnitude", "prune"),
    "PRUNE_STRUCTURED": ("structured", "prune"),
    "DISTILL": ("students", "distill"),
}


def optimise(job):
    """
    @param job `source` (a graph), `output` (a folder), `method`, `settings`, `runs` (rows of a sample), `answers` (of the
    teacher, for DISTILL), `seed`
    @return the settings as they were used, notes for whoever serves the graph, and what did the work
    """
    out = Path(job["output"])
    messages.step(0, 3, "Reading the graph")
    module, name = METHODS[job["method"]]
    work = getattr(importlib.import_module(f".{module}", __package__), name)
    model = onnx.load(job["source"])
    sample = Sample(job)
    messages.step(1, 3, "Changing the graph")
    made, settings, notes, tools = work(model, sample, job)
    in_order(made)
    _same_signature(model, made)
    graph.producer(made, "retort-converters", VERSION)
    messages.step(2, 3, "Writing the graph")
    onnx.save(made, out / "model.onnx")
    packages = _packages()
    return {
        "model": "model.onnx",
        "settings": settings,
        "notes": notes,
        "tools": [{"name": name, "version": packages[name]} for name in tools if name in packages],
        "runtime": f"Python {platform.python_version()}",
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": [{"name": name, "version": version} for name, version in sorted(packages.items())],
    }


def _same_signature(before, after):
    """Names and types of inputs and outputs, which callers rely on. The server compares the rest."""

    def told(values):
        return [(value.name, value.type.tensor_type.elem_type) for value in values]

    weights = {tensor.name for tensor in before.graph.initializer}
    inputs = [value for value in before.graph.input if value.name not in weights]
    kept = {tensor.name for tensor in after.graph.initializer}
    if told(inputs) != told(value for value in after.graph.input if value.name not in kept) or told(
        before.graph.output
    ) != told(after.graph.output):
        raise Failure("FAILED", "The changed graph has other inputs or outputs than the original.")


def _packages():
    return {
        distribution.metadata["Name"]: distribution.version
        for distribution in importlib.metadata.distributions()
        if distribution.metadata["Name"] not in ("pip", "setuptools", "wheel")
    }
