"""One conversion, from a stored model to a graph that is known to answer alike."""

import importlib.metadata
import platform
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from . import VERSION, graph, messages, proof
from .failure import Failure, one_line
from .formats import source_of
from .tensors import write

STEPS = 4


def convert(job):
    out = Path(job["output"])
    messages.step(0, STEPS, "Reading the model")
    source = source_of(job)
    messages.log(f"It is {source.about}.")
    messages.step(1, STEPS, "Converting")
    model = source.convert()
    graph.producer(model, "retort-converters", VERSION)
    messages.step(2, STEPS, "Asking both")
    sample = source.sample(job["sample"])
    warnings = list(source.warnings)
    tolerance = job["tolerance"]
    try:
        expected, answers, outputs = _proven(source, model, sample, tolerance)
    except Failure as failure:
        whole = source.without_missing(sample) if failure.code == "DIFFERS" else None
        if whole is None:
            raise
        sample = whole
        expected, answers, outputs = _proven(source, model, sample, tolerance)
        warnings.append(
            "The graph answers rows with missing numbers (NaN) differently from the model, as tried on made-up rows: "
            f"send none. {failure.message}"
        )
    graph.fit_outputs(model, answers, sample["rows"])
    messages.step(3, STEPS, "Writing the graph")
    onnx.save(model, out / "model.onnx")
    packages = _packages()
    return {
        "model": "model.onnx",
        "about": source.about,
        "converter": {"name": "retort-converters", "version": VERSION},
        "tools": [{"name": name, "version": packages[name]} for name in source.tools if name in packages],
        "runtime": f"Python {platform.python_version()}",
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": [{"name": name, "version": version} for name, version in sorted(packages.items())],
        "warnings": warnings,
        "proof": {
            "sample": {"source": sample["source"], "rows": sample["rows"], "seed": sample["seed"]},
            "tolerance": tolerance,
            "outputs": outputs,
        },
        "inputs": [
            write(name, values, out, f"input-{number}")
            for number, (name, values) in enumerate(sample["feeds"].items())
        ],
        "expected": [
            {**write(name, values, out, f"expected-{number}"), "tied": _tied(source, name, expected, tolerance)}
            for number, (name, values) in enumerate(expected.items())
        ],
    }


def _proven(source, model, sample, tolerance):
    # The model first: what it refuses is no fault of the graph's.
    own = source.answer(sample)
    answers = _run(model, sample["feeds"])
    expected = _by_name(own, answers)
    return expected, answers, proof.compare(expected, answers, tolerance, source.ties(expected, tolerance))


def _run(model, feeds):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        names = [output.name for output in session.get_outputs()]
        return dict(zip(names, session.run(names, feeds)))
    except Exception as error:  # noqa: BLE001 -- the runtime has several classes of errors
        raise Failure(
            "RUNTIME_REFUSED", f"The converted graph cannot be run: {one_line(error)}"
        ) from error


def _by_name(expected, answers):
    """The model's answers under the names of the graph's outputs, in the same shapes where only those differ."""
    if len(expected) != len(answers):
        raise Failure(
            "DIFFERS",
            f"The converted graph has {len(answers)} outputs ({', '.join(answers)}), the model answers {len(expected)}.",
        )
    named = {}
    for (name, got), values in zip(answers.items(), expected):
        values = np.asarray(values)
        got = np.asarray(got)
        named[name] = values.reshape(got.shape) if values.size == got.size else values
    return named


def _tied(source, name, expected, tolerance):
    tied = source.ties(expected, tolerance).get(name)
    return None if tied is None else [int(row) for row in np.flatnonzero(tied)]


def _packages():
    return {
        distribution.metadata["Name"]: distribution.version
        for distribution in importlib.metadata.distributions()
        if distribution.metadata["Name"] not in ("pip", "setuptools", "wheel")
    }
