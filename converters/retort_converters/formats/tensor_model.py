"""What models of tensors have in common: what they are asked, and under which names."""

import numpy as np
import onnx
from onnx import TensorProto

from ..failure import Failure
from ..tensors import datatype_of_onnx, dtype_of, read

#: Made-up rows together stay below so many elements.
MOST_ELEMENTS = 4_000_000
ROWS = 8
#: Of a variable dimension that is not the first.
OTHER_SIZE = 3


class TensorModel:
    """Subclasses say `about`, `tools`, `export` and `run`, which takes the tensors by the names of the graph's inputs."""

    warnings = ()
    #: Declared by the model where the graph does not tell: names to lists of labels.
    classes = None

    def convert(self):
        self.model = self.export()
        return self.model

    def sample(self, wanted):
        inputs = self._inputs()
        if wanted.get("tensors") is not None:
            feeds = self._given({tensor["name"]: read(tensor) for tensor in wanted["tensors"]}, inputs)
            source, seed = "GIVEN", None
        elif wanted.get("rows") is not None:
            feeds, source, seed = self._from_rows(wanted["rows"], inputs), "GIVEN", None
        else:
            made = wanted.get("generated") or {}
            seed = made["seed"] if made.get("seed") is not None else 1
            feeds, source = self._made(inputs, made.get("rows") or ROWS, seed), "GENERATED"
        return {"feeds": feeds, "rows": _rows_of(feeds, inputs), "source": source, "seed": seed}

    def answer(self, sample):
        return self.run(sample["feeds"])

    def without_missing(self, _sample):
        return None

    def ties(self, _expected, _tolerance):
        return {}

    def _inputs(self):
        stored = {initializer.name for initializer in self.model.graph.initializer}
        return [_spec(value) for value in self.model.graph.input if value.name not in stored]

    def _given(self, tensors, inputs):
        names = [name for name, _, _ in inputs]
        if set(tensors) != set(names):
            raise Failure(
                "WRONG_SAMPLE",
                f"Expected a sample with the tensors {', '.join(names)}, got {', '.join(tensors) or 'none'}.",
            )
        return {name: _fitting(name, tensors[name], datatype, shape) for name, datatype, shape in inputs}

    def _from_rows(self, rows, inputs):
        if len(inputs) == 1 and not isinstance(rows[0], dict):
            rows = [{inputs[0][0]: row} for row in rows]
        feeds = {}
        for name, datatype, shape in inputs:
            try:
                values = np.array([row[name] for row in rows], dtype=dtype_of(datatype))
            except KeyError:
                raise Failure("WRONG_SAMPLE", f"A row of the sample lacks {name!r}.") from None
            except (TypeError, ValueError) as error:
                raise Failure("WRONG_SAMPLE", f"The sample's values of {name!r} are no tensor of {datatype}: {error}.") from error
            feeds[name] = _fitting(name, values, datatype, shape)
        return feeds

    def _made(self, inputs, rows, seed):
        random = np.random.default_rng(seed)
        each = sum(int(np.prod([OTHER_SIZE if size is None else size for size in shape[1:]])) for _, _, shape in inputs)
        rows = max(1, min(rows, MOST_ELEMENTS // max(1, each)))
        return {name: self._values(random, name, datatype, _sized(shape, rows)) for name, datatype, shape in inputs}

    def _values(self, random, name, datatype, shape):
        if datatype == "BYTES":
            words = np.array(["", "one", "two words", "Größe"], dtype=object)
            return words[random.integers(len(words), size=shape)]
        if datatype == "BOOL":
            return random.random(shape) < 0.5
        if datatype.startswith(("INT", "UINT")):
            # Whole numbers are often places in a table.
            most = self.largest(name)
            values = random.integers(0, most + 1, size=shape)
            return values.astype(dtype_of(datatype))
        values = random.normal(0, 1, shape)
        # Rows of edge values: nothing, and more than is usual.
        if len(shape) > 1 and shape[0] >= 4:
            values[0], values[1], values[2] = 0, 1, values[2] * 10
        return values.astype(dtype_of(datatype))

    def largest(self, _name):
        """The largest whole number that an input may be."""
        return 3


def _spec(value):
    tensor = value.type.tensor_type
    datatype = datatype_of_onnx(tensor.elem_type)
    if datatype is None:
        kind = TensorProto.DataType.Name(tensor.elem_type)
        raise Failure("UNSUPPORTED", f'Input "{value.name}" of the graph is {kind}, of which no request can be made.')
    shape = [dim.dim_value if dim.HasField("dim_value") and dim.dim_value > 0 else None for dim in tensor.shape.dim]
    return value.name, datatype, shape


def _sized(shape, rows):
    return tuple(size if size is not None else rows if place == 0 else OTHER_SIZE for place, size in enumerate(shape))


def _fitting(name, values, datatype, shape):
    fits = len(shape) == values.ndim and all(size in (None, own) for size, own in zip(shape, values.shape))
    if not fits:
        wanted = [-1 if size is None else size for size in shape]
        raise Failure("WRONG_SAMPLE", f'The sample\'s "{name}" has shape {list(values.shape)}, the model takes {wanted}.')
    return values if datatype == "BYTES" else values.astype(dtype_of(datatype))


def _rows_of(feeds, inputs):
    """How many rows are asked at once; 1 where the first dimension is fixed."""
    if all(shape and shape[0] is None for _, _, shape in inputs):
        return int(next(iter(feeds.values())).shape[0])
    return 1


def plain_dimensions(model):
    """Names that exporters give to what they do not know say nothing."""
    for value in [*model.graph.input, *model.graph.output]:
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param.startswith(("unk__", "?")):
                dim.Clear()
    return model


def without_listed_weights(model):
    """Weights that are listed among the inputs could be overridden by callers: nothing means them to be."""
    stored = {initializer.name for initializer in model.graph.initializer}
    kept = [value for value in model.graph.input if value.name not in stored]
    del model.graph.input[:]
    model.graph.input.extend(kept)
    return model


def load(path):
    return onnx.load(path)
