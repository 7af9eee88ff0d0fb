"""What models of columns have in common."""

import numpy as np

from .. import graph
from ..failure import Failure
from ..proof import tied_rows


class TableModel:
    """A model of numbers or of named columns. Subclasses say `about`, `tools`, `table`, `classes`, `export` and `predict`."""

    #: What whoever serves the graph should know.
    warnings = ()
    #: Of a classifier, in the order of its scores.
    classes = None
    #: In double precision by the number of the feature, where trees compare with them.
    thresholds = None

    def convert(self):
        model = self.export()
        graph.without_zip_map(model)
        if self.thresholds:
            graph.round_thresholds(model, self.thresholds)
        if self.table.names and [value.name for value in model.graph.input] != list(self.table.names):
            model = graph.name_columns(model, "X", self.table.names)
        if self.classes is not None and len(model.graph.output) > 1:
            graph.name_classes(model, model.graph.output[1].name, self.classes)
        return model

    def sample(self, wanted):
        columns, source, seed = self.table.columns(wanted)
        if source == "GENERATED" and self.table.has_missing(columns):
            try:
                self.predict(columns)
            except Failure:
                columns = self.table.without_missing(columns)
        return self._sample(columns, source, seed)

    def without_missing(self, sample):
        """The same made-up sample without missing numbers; None where it has none."""
        if sample["source"] != "GENERATED" or not self.table.has_missing(sample["columns"]):
            return None
        return self._sample(self.table.without_missing(sample["columns"]), sample["source"], sample["seed"])

    def _sample(self, columns, source, seed):
        return {
            "columns": columns,
            "feeds": self.table.feeds(columns),
            "rows": len(columns[0]),
            "source": source,
            "seed": seed,
        }

    def answer(self, sample):
        return self.predict(sample["columns"])

    def ties(self, expected, tolerance):
        """Of a classifier: where two classes score alike, rounding decides which label is named."""
        if self.classes is None or len(expected) < 2:
            return {}
        (label, _), (_, scores) = list(expected.items())[:2]
        return {label: tied_rows(scores, tolerance)}

    @staticmethod
    def named(labels, classes):
        return np.asarray(classes)[np.asarray(labels, dtype=np.int64)]


def merged(thresholds):
    """@param thresholds pairs of a feature and a value. @returns sorted values by feature"""
    found = {}
    for feature, value in thresholds:
        found.setdefault(int(feature), set()).add(float(value))
    return {feature: np.array(sorted(values)) for feature, values in found.items()}
