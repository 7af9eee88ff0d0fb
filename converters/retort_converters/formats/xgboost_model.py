"""XGBoost models as `save_model` writes them: JSON or UBJSON."""

import json
import os
import shutil
import tempfile

import numpy as np

from .. import graph
from ..failure import Failure, one_line
from ..table import Table, around
from .table_model import TableModel, merged


def read(job):
    import xgboost

    booster = xgboost.Booster()
    try:
        booster.load_model(_by_its_form(job["source"]))
    except Exception as error:
        reason = one_line(str(error).split("Stack trace")[0], 200)
        raise Failure("UNREADABLE", f"XGBoost {xgboost.__version__} cannot read the model: {reason}") from error
    return XgboostModel(booster, job["options"], f"a booster of XGBoost {xgboost.__version__}")


def _by_its_form(path):
    """XGBoost goes by what a file is called."""
    with open(path, "rb") as file:
        head = file.read(2)
    if head[:1] == b"{" and head[1:] not in (b'"', b"\n", b"\r", b" ", b"\t"):
        named = os.path.join(tempfile.mkdtemp(), "model.ubj")
        shutil.copyfile(path, named)
        return named
    return path


class XgboostModel(TableModel):
    tools = ("xgboost", "onnxmltools", "onnxruntime", "onnx")

    def __init__(self, booster, options, about):
        self.booster = booster
        config = json.loads(booster.save_config())["learner"]
        self.objective = config["objective"]["name"]
        self.about = f"{about}, {self.objective}"
        kind = config["gradient_booster"]["name"]
        if kind != "gbtree":
            raise Failure("UNSUPPORTED", f"Expected a booster of trees (gbtree), got {kind}, for which there is no converter.")
        # What it answers is asked of the model as it came; the graph is made of one that answers scores.
        self.own = booster.copy()
        if self.objective == "multi:softmax":
            booster.set_param({"objective": "multi:softprob"})
        if self.objective.startswith("rank:"):
            booster.set_param({"objective": "reg:squarederror"})
        names = booster.feature_names
        width = booster.num_features()
        count = int(config["learner_model_param"]["num_class"])
        if self.objective.startswith(("binary:", "multi:")):
            self.classes = options.get("classes") or list(range(max(2, count)))
        trees = _trees(booster)
        bounds = merged(trees)
        self.table = Table(
            list(names) if names else None,
            ["FP32"] * width,
            [around(bounds.get(feature, ())) for feature in range(width)],
            takes_missing=True,
        )

    def export(self):
        import onnxmltools
        from onnxmltools.convert.common.data_types import FloatTensorType

        names, self.booster.feature_names = self.booster.feature_names, None
        types, self.booster.feature_types = self.booster.feature_types, None
        if types is not None and any(kind == "c" for kind in types):
            raise Failure("UNSUPPORTED", "The booster splits by categories, for which there is no ONNX form: encode them before.")
        graph.tolerant_attributes()
        try:
            return onnxmltools.convert_xgboost(
                self.booster, initial_types=[("X", FloatTensorType([None, self.table.width]))], target_opset=15
            )
        except Exception as error:
            raise Failure("UNSUPPORTED", f"There is no converter for this booster: {one_line(error)}") from error
        finally:
            self.booster.feature_names, self.booster.feature_types = names, types

    def predict(self, columns):
        import xgboost

        matrix = self.table.matrix(columns).astype(np.float32)
        data = xgboost.DMatrix(matrix, missing=np.nan, feature_names=self.booster.feature_names)
        if self.classes is None:
            return [self.own.predict(data)]
        answers = self.booster.predict(data)
        if self.objective == "binary:logitraw":
            raise Failure("UNSUPPORTED", "binary:logitraw answers no probabilities: save the model with binary:logistic.")
        scores = np.stack([1 - answers, answers], axis=1) if answers.ndim == 1 else answers
        if self.objective == "multi:softmax":
            return [self.own.predict(data).astype(np.int64), scores]
        return [np.argmax(scores, axis=1).astype(np.int64), scores]


def _trees(booster):
    """Features and the values they are compared with."""
    places = {name: place for place, name in enumerate(booster.feature_names or ())}
    for tree in booster.get_dump(dump_format="json"):
        waiting = [json.loads(tree)]
        while waiting:
            node = waiting.pop()
            if "split" not in node:
                continue
            name = node["split"]
            feature = places.get(name, None)
            if feature is None and name[:1] == "f" and name[1:].isdigit():
                feature = int(name[1:])
            if feature is not None and isinstance(node.get("split_condition"), (int, float)):
                yield feature, node["split_condition"]
            waiting.extend(node.get("children", ()))
