"""meat-fat@1: fat from a near-infrared spectrum, by partial least squares."""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper
from sklearn.cross_decomposition import PLSRegression

from onnx_files import linear_nodes, write_graph
from out_of_fold import out_of_fold, write_out_of_fold
from training_rows import read_rows


def regression() -> PLSRegression:
    """Wold, Martens and Wold (1983). Columns are not brought to one variance: where a spectrum says little, it is noise."""
    return PLSRegression(n_components=8, scale=False)


def train(features: Path, models: Path) -> None:
    rows = read_rows(features / "meat-fat.csv")
    # As float32, which is what the graph is given.
    x = rows.inputs["spectrum"].astype(np.float32).astype(float)
    y = rows.target

    predictions, folds = out_of_fold(
        rows, lambda train, test: regression().fit(x[train], y[train]).predict(x[test]).ravel()
    )
    model = regression().fit(x, y)
    write_out_of_fold(models / "meat-fat-1-out-of-fold.csv", rows, predictions, folds, model.predict(x).ravel())
    # scikit-learn takes the mean of each column off before it multiplies.
    slopes = model.coef_.T
    nodes, constants = linear_nodes("spectrum", slopes, model.predict(np.zeros((1, x.shape[1]))).ravel(), "fat_double")
    write_graph(
        models / "meat-fat-1.onnx",
        name="meat_fat",
        doc="Fat of meat from its near-infrared spectrum, partial least squares with 8 components.",
        source="examples/training/meat_fat.py, on 193 spectra recorded on a Tecator Infratec Food and Feed Analyzer",
        inputs=[helper.make_tensor_value_info("spectrum", TensorProto.FLOAT, ["batch", x.shape[1]])],
        outputs=[helper.make_tensor_value_info("fat", TensorProto.FLOAT, ["batch", 1])],
        nodes=[*nodes, helper.make_node("Cast", ["fat_double"], ["fat"], "fat", to=TensorProto.FLOAT)],
        constants=constants,
    )
