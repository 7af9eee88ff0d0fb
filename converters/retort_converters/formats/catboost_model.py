"""CatBoost models as `save_model` writes them: the binary form, cbm, or JSON."""

import os
import tempfile

import numpy as np
import onnx

from ..failure import Failure, one_line
from ..table import Table, around
from .table_model import TableModel


def read(job):
    import catboost

    model = catboost.CatBoost()
    form = "json" if open(job["source"], "rb").read(1) == b"{" else "cbm"
    try:
        model.load_model(job["source"], format=form)
    except Exception as error:
        raise Failure(
            "UNREADABLE", f"CatBoost {catboost.__version__} cannot read the model: {one_line(error)}"
        ) from error
    return CatboostModel(model, f"a model of CatBoost {catboost.__version__}")


class CatboostModel(TableModel):
    tools = ("catboost", "onnxruntime", "onnx")

    def __init__(self, model, about):
        self.model = model
        if len(model.get_cat_feature_indices()) or len(model.get_text_feature_indices()):
            raise Failure(
                "UNSUPPORTED",
                "The model has features of categories or text, which CatBoost does not write as ONNX: encode them before.",
            )
        names = model.feature_names_
        width = len(names)
        is_named = any(name != str(place) for place, name in enumerate(names))
        self.classes = [str(each) if isinstance(each, str) else each for each in model.classes_] or None
        self.about = f"{about}, {'classes ' + ', '.join(map(str, self.classes)) if self.classes else 'regression'}"
        borders = model.get_borders()
        self.table = Table(
            list(names) if is_named else None,
            ["FP32"] * width,
            [around(borders.get(feature, ())) for feature in range(width)],
        )

    def export(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.onnx")
            try:
                self.model.save_model(path, format="onnx")
            except Exception as error:
                raise Failure("UNSUPPORTED", f"CatBoost cannot write this model as ONNX: {one_line(error)}") from error
            model = onnx.load(path)
        _rename_input(model)
        return model

    def predict(self, columns):
        matrix = self.table.matrix(columns).astype(np.float32)
        if self.classes is None:
            return [self.model.predict(matrix)]
        scores = self.model.predict(matrix, prediction_type="Probability")
        return [self.named(np.argmax(scores, axis=1), self.classes), scores]


def _rename_input(model):
    (value,) = model.graph.input
    for node in model.graph.node:
        for place, name in enumerate(node.input):
            if name == value.name:
                node.input[place] = "X"
    value.name = "X"
    for value in [*model.graph.input, *model.graph.output]:
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param:
                dim.Clear()
