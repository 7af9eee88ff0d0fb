"""Models of rows with columns: what a sample of them is, for the model itself and for the graph."""

import numpy as np

from .failure import Failure
from .tensors import datatype_of, dtype_of

ROWS = 64
FIXED = (0.0, 1.0, -1.0, 0.5, 1e-6, 10.0, -10.0, 1000.0)


class Only(list):
    """Candidates beside which there are no others, such as the categories of an encoder."""


class Table:
    """
    The columns of a model.

    @param names null where the model knows its columns by their places only: then the graph has one matrix `X`
    @param kinds the datatype of each column in the graph
    @param candidates for each column, values that a made-up sample should have; none for a column of which nothing is known
    @param takes_missing whether a number may be left out
    """

    def __init__(self, names, kinds, candidates=None, takes_missing=False):
        self.names = names
        self.kinds = kinds
        self.candidates = candidates or [None] * len(kinds)
        self.takes_missing = takes_missing

    @property
    def width(self):
        return len(self.kinds)

    def name(self, place):
        return self.names[place] if self.names else f"column {place}"

    def columns(self, sample, seed_of=1):
        """A list of arrays, one a column, each as precise as it was given."""
        if sample.get("rows") is not None:
            return self._given(sample["rows"]), "GIVEN", None
        if sample.get("tensors") is not None:
            return self._tensors(sample["tensors"]), "GIVEN", None
        made = sample.get("generated") or {}
        rows, seed = made.get("rows") or ROWS, made.get("seed") if made.get("seed") is not None else seed_of
        return self._made(rows, seed), "GENERATED", seed

    def without_missing(self, columns):
        """The same sample with a number wherever it has none."""
        return [
            np.where(np.isnan(values), 0.0, values) if values.dtype.kind == "f" else values for values in columns
        ]

    def has_missing(self, columns):
        return any(values.dtype.kind == "f" and np.isnan(values).any() for values in columns)

    def feeds(self, columns, matrix="X"):
        """For the graph."""
        typed = [self._typed(values, kind, place) for place, (values, kind) in enumerate(zip(columns, self.kinds))]
        if self.names:
            return {name: values.reshape(-1, 1) for name, values in zip(self.names, typed)}
        return {matrix: np.stack(typed, axis=1)}

    def matrix(self, columns):
        """For a model of numbers, in double precision."""
        return np.stack([np.asarray(values, dtype=np.float64) for values in columns], axis=1)

    def frame(self, columns):
        import pandas as pd

        return pd.DataFrame({self.name(place): values for place, values in enumerate(columns)})

    def _typed(self, values, kind, place):
        if kind == "BYTES":
            return np.array([str(value) for value in values], dtype=object)
        typed = np.asarray(values).astype(dtype_of(kind))
        if kind.startswith("INT") and not np.array_equal(typed, np.asarray(values, dtype=np.float64)):
            raise Failure("WRONG_SAMPLE", f'"{self.name(place)}" takes whole numbers, and the sample has others.')
        return typed

    def _given(self, rows):
        if not rows:
            raise Failure("WRONG_SAMPLE", "Expected a sample of at least one row, got none.")
        return [
            self._column([self._cell(row, number, place) for number, row in enumerate(rows)], kind, place)
            for place, kind in enumerate(self.kinds)
        ]

    def _cell(self, row, number, place):
        if isinstance(row, dict):
            if self.names is None and len(row) == self.width:
                # A table has a header, whatever it says.
                return list(row.values())[place]
            key = self.name(place)
            if key not in row:
                raise Failure(
                    "WRONG_SAMPLE",
                    f"Row {number} of the sample lacks {key!r}; the model's columns are {self._listed()}.",
                )
            return row[key]
        if not isinstance(row, list):
            row = [row]
        if len(row) != self.width:
            raise Failure(
                "WRONG_SAMPLE",
                f"Row {number} of the sample has {len(row)} values, the model takes {self.width}: {self._listed()}.",
            )
        return row[place]

    def _listed(self):
        shown = [repr(self.name(place)) for place in range(min(self.width, 12))]
        return ", ".join(shown) + (", …" if self.width > 12 else "")

    def _column(self, cells, kind, place):
        if kind == "BYTES":
            return np.array([str(cell) for cell in cells], dtype=object)
        return np.array([self._number(cell, number, place) for number, cell in enumerate(cells)])

    def _number(self, cell, number, place):
        if cell is None or cell == "":
            return np.nan
        if isinstance(cell, (int, float)):
            return cell
        try:
            return float(cell)
        except (TypeError, ValueError):
            raise Failure(
                "WRONG_SAMPLE",
                f'Row {number} of the sample: expected a number for "{self.name(place)}", got {cell!r}.',
            ) from None

    def _tensors(self, tensors):
        from .tensors import read

        given = {tensor["name"]: read(tensor) for tensor in tensors}
        names = self.names or ["X"]
        if set(given) != set(names):
            raise Failure(
                "WRONG_SAMPLE",
                f"Expected a sample with the tensors {', '.join(names)}, got {', '.join(given) or 'none'}.",
            )
        if self.names:
            return [given[name].reshape(-1) for name in names]
        matrix = given["X"]
        if matrix.ndim != 2 or matrix.shape[1] != self.width or datatype_of(matrix) == "BYTES":
            raise Failure(
                "WRONG_SAMPLE",
                f"Expected X of shape [rows, {self.width}], got {list(matrix.shape)}.",
            )
        return list(matrix.T)

    def _made(self, rows, seed):
        random = np.random.default_rng(seed)
        return [self._made_column(kind, candidates, rows, random) for kind, candidates in zip(self.kinds, self.candidates)]

    def _made_column(self, kind, candidates, rows, random):
        if isinstance(candidates, Only) and kind != "BYTES":
            return np.array([candidates[i] for i in random.integers(len(candidates), size=rows)])
        if kind == "BYTES":
            words = list(candidates) if candidates is not None and len(candidates) else ["one", "two", "three"]
            return np.array([words[i] for i in random.integers(len(words), size=rows)], dtype=object)
        if candidates is not None and len(candidates):
            pool = np.asarray(candidates, dtype=np.float64)
            spread = pool.std() or 1.0
            values = pool[random.integers(len(pool), size=rows)]
            # Some between and beyond what the model knows.
            loose = random.random(rows) < 0.25
            values = np.where(loose, values + random.normal(0, spread, rows), values)
        else:
            values = np.where(random.random(rows) < 0.5, random.normal(0, 1, rows), random.normal(0, 10, rows))
            fixed = [FIXED[i] for i in random.permutation(len(FIXED))][:rows]
            values[: len(fixed)] = fixed
        if kind.startswith(("INT", "UINT")):
            return np.round(values).astype(np.int64)
        # What single precision holds exactly: both sides are asked the same.
        values = values.astype(np.float32).astype(np.float64) if kind != "FP64" else values
        if self.takes_missing:
            values = np.where(random.random(rows) < 0.05, np.nan, values)
        return values


def around(thresholds):
    """Values at which a tree's answer changes, and those right beside them, in single precision."""
    down = np.asarray(thresholds, dtype=np.float64).astype(np.float32)
    if down.size == 0:
        return None
    up = np.nextafter(down, np.float32(np.inf))
    below = np.nextafter(down, np.float32(-np.inf))
    return np.unique(np.concatenate([down, up, below])).astype(np.float64)
