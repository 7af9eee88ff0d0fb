"""wine-cultivar@1: which of three cultivars a wine is of, from thirteen measurements, by logistic regression."""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from onnx_files import linear_nodes, write_graph
from out_of_fold import out_of_fold_probabilities, write_out_of_fold_classes
from training_rows import read_rows

# In the order of the graph's columns, as the pipeline names them.
CLASSES = ["Barolo", "Grignolino", "Barbera"]


def classifier() -> Pipeline:
    return make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=1000, tol=1e-8))


def train(features: Path, models: Path) -> None:
    rows = read_rows(features / "wine-cultivar.csv", str)
    x = rows.inputs["measurements"]
    y = np.array([CLASSES.index(name) for name in rows.target])

    probabilities, folds = out_of_fold_probabilities(
        rows, len(CLASSES), lambda train, test: classifier().fit(x[train], y[train]).predict_proba(x[test])
    )
    model = classifier().fit(x, y)
    write_out_of_fold_classes(
        models / "wine-cultivar-1-out-of-fold.csv", rows, CLASSES, probabilities, folds, model.predict_proba(x)
    )
    scaler, logistic = (step for _, step in model.steps)
    slopes = (logistic.coef_ / scaler.scale_).T
    nodes, constants = linear_nodes("measurements", slopes, logistic.intercept_ - scaler.mean_ @ slopes, "scores")
    write_graph(
        models / "wine-cultivar-1.onnx",
        name="wine_cultivar",
        doc="The cultivar of a wine from thirteen measurements, multinomial logistic regression.",
        source="examples/training/wine_cultivar.py, on 178 wines of M. Forina et al., Vitis 25, 189 (1986)",
        inputs=[helper.make_tensor_value_info("measurements", TensorProto.DOUBLE, ["batch", x.shape[1]])],
        outputs=[helper.make_tensor_value_info("probabilities", TensorProto.DOUBLE, ["batch", len(CLASSES)])],
        nodes=[*nodes, helper.make_node("Softmax", ["scores"], ["probabilities"], "probabilities", axis=1)],
        constants=constants,
    )
