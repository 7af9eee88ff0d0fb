"""LightGBM models as `save_model` writes them: text."""

import numpy as np

from .. import graph
from ..failure import Failure, one_line
from ..table import Table, around
from .table_model import TableModel, merged


def read(job):
    import lightgbm

    try:
        booster = lightgbm.Booster(model_file=job["source"])
    except Exception as error:
        raise Failure(
            "UNREADABLE", f"LightGBM {lightgbm.__version__} cannot read the model: {one_line(error)}"
        ) from error
    return LightgbmModel(booster, job["options"], f"a booster of LightGBM {lightgbm.__version__}")


class LightgbmModel(TableModel):
    tools = ("lightgbm", "onnxmltools", "onnxruntime", "onnx")

    def __init__(self, booster, options, about):
        self.booster = booster
        dump = booster.dump_model()
        self.objective = dump.get("objective", "regression").split(" ")[0]
        self.about = f"{about}, {self.objective}"
        names = dump["feature_names"]
        width = dump["max_feature_idx"] + 1
        is_named = any(name != f"Column_{place}" for place, name in enumerate(names))
        if self.objective in ("binary", "multiclass", "multiclassova", "softmax"):
            self.classes = options.get("classes") or list(range(max(2, dump["num_class"])))
        self.thresholds = merged(_thresholds(dump))
        self.table = Table(
            list(names) if is_named else None,
            ["FP32"] * width,
            [around(self.thresholds.get(feature, ())) for feature in range(width)],
            takes_missing=True,
        )

    def export(self):
        import onnxmltools
        from onnxmltools.convert.common.data_types import FloatTensorType

        graph.tolerant_attributes()
        try:
            return onnxmltools.convert_lightgbm(
                self.booster,
                initial_types=[("X", FloatTensorType([None, self.table.width]))],
                target_opset=15,
                zipmap=False,
            )
        except Exception as error:
            raise Failure("UNSUPPORTED", f"There is no converter for this booster: {one_line(error)}") from error

    def predict(self, columns):
        answers = self.booster.predict(self.table.matrix(columns))
        if self.classes is None:
            return [answers]
        scores = np.stack([1 - answers, answers], axis=1) if answers.ndim == 1 else answers
        return [np.argmax(scores, axis=1).astype(np.int64), scores]


def _thresholds(dump):
    for tree in dump["tree_info"]:
        waiting = [tree["tree_structure"]]
        while waiting:
            node = waiting.pop()
            if "split_feature" not in node:
                continue
            if node["decision_type"] == "<=":
                yield node["split_feature"], node["threshold"]
            waiting.extend((node["left_child"], node["right_child"]))
