"""A set is a folder of NAME.onnx; beside each, NAME.0.pb, NAME.1.pb … hold rows for its inputs, as tensors of ONNX."""

from pathlib import Path

import numpy
import onnx
from onnx import numpy_helper


def save(folder, name, model, inputs):
    """inputs: an array of rows for each input of the model, in the order of the inputs."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for position, rows in enumerate(inputs):
        (folder / f"{name}.{position}.pb").write_bytes(as_tensor(rows).SerializeToString())
    data = model if isinstance(model, bytes) else model.SerializeToString()
    (folder / f"{name}.onnx").write_bytes(data)


def load_rows(path):
    """The arrays beside a model; empty when there are none."""
    files = sorted(Path(path).parent.glob(f"{Path(path).stem}.[0-9].pb"))
    return [as_array(onnx.TensorProto.FromString(file.read_bytes())) for file in files]


def as_tensor(rows):
    return rows if isinstance(rows, onnx.TensorProto) else numpy_helper.from_array(numpy.asarray(rows))


def as_array(rows):
    rows = numpy_helper.to_array(rows) if isinstance(rows, onnx.TensorProto) else numpy.asarray(rows)
    return rows.astype(object) if rows.dtype.kind in "SU" else rows
