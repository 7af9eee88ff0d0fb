"""Rows of a sample, and what graphs answer to them."""

import numpy as np
import onnx
import onnxruntime

from ..failure import Failure, one_line
from ..tensors import read

#: Of runs that may hold several rows.
ROWS_A_RUN = 32


class Sample:
    """The inputs of runs, as dictionaries by name, and where a teacher was asked, its answers to all of them."""

    def __init__(self, job):
        self.feeds = []
        for run in job["runs"]:
            feeds = {tensor["name"]: read(tensor) for tensor in run["inputs"]}
            if not run["stacked"]:
                self.feeds.append(feeds)
                continue
            for start in range(0, run["rows"], ROWS_A_RUN):
                self.feeds.append({name: rows[start : start + ROWS_A_RUN] for name, rows in feeds.items()})
        self.rows = sum(run["rows"] for run in job["runs"])
        self.seed = job["seed"]
        self.answers = {tensor["name"]: read(tensor) for tensor in job.get("answers", [])}

    def stacked(self):
        """All rows of each input in one array. @raises Failure where rows have shapes of their own"""
        names = list(self.feeds[0])
        try:
            return {name: np.concatenate([feeds[name] for feeds in self.feeds]) for name in names}
        except ValueError as error:
            raise Failure("NOT_APPLICABLE", "Rows of this version have shapes of their own, and cannot be stacked.") from error


def session(model):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    try:
        return onnxruntime.InferenceSession(
            model if isinstance(model, (str, bytes)) else model.SerializeToString(),
            options,
            providers=["CPUExecutionProvider"],
        )
    except Exception as error:  # noqa: BLE001 -- the runtime has several classes of errors
        raise Failure("RUNTIME_REFUSED", f"The changed graph cannot be run: {one_line(error)}") from error


def answers(model, feeds, names=None):
    """By output: the answers of each run, in their order."""
    runner = session(model)
    names = names or [output.name for output in runner.get_outputs()]
    found = {name: [] for name in names}
    for each in feeds:
        for name, value in zip(names, runner.run(names, each)):
            found[name].append(np.asarray(value))
    return found


def inner_values(model, feeds, names):
    """Of values inside the graph: the answers of each run, by name."""
    open_model = onnx.ModelProto()
    open_model.CopyFrom(model)
    declared = {output.name for output in model.graph.output}
    for name in names:
        if name not in declared:
            open_model.graph.output.append(onnx.ValueInfoProto(name=name))
    return answers(open_model, feeds, list(names))


def departure(before, after):
    """
    How far answers lie from those of before: the largest over the outputs of the root mean square difference by the standard
    deviation, or of the share of labels that are others.
    """
    worst = 0.0
    for name, wanted in before.items():
        old = np.concatenate([np.asarray(each).reshape(-1) for each in wanted])
        new = np.concatenate([np.asarray(each).reshape(-1) for each in after[name]])
        if old.dtype.kind not in "f":
            worst = max(worst, float(np.mean(old.astype(str) != new.astype(str))))
            continue
        old, new = old.astype(np.float64), new.astype(np.float64)
        if not np.isfinite(new[np.isfinite(old)]).all():
            return float("inf")
        distance = float(np.sqrt(np.mean((old - new) ** 2)))
        worst = max(worst, distance / (float(np.std(old)) or 1.0))
    return worst
