"""esol@3: log S from descriptors and MACCS keys, by boosted regression trees."""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper
from sklearn.ensemble import GradientBoostingRegressor

from onnx_files import tree_node, write_graph
from out_of_fold import out_of_fold, write_out_of_fold
from training_rows import read_rows

SEED = 0


def trees() -> GradientBoostingRegressor:
    """Friedman's stochastic gradient boosting (Comput. Stat. Data Anal. 38, 367 (2002)): shallow trees, each of a random
    part of the rows and columns."""
    return GradientBoostingRegressor(
        n_estimators=400, learning_rate=0.05, max_depth=4, subsample=0.6, max_features=0.2, random_state=SEED
    )


def train(features: Path, models: Path) -> None:
    rows = read_rows(features / "esol.csv")
    # As float32, which is what the graph is given.
    x = rows.inputs["features"].astype(np.float32)
    y = rows.target

    predictions, folds = out_of_fold(rows, lambda train, test: trees().fit(x[train], y[train]).predict(x[test]))
    model = trees().fit(x, y)
    write_out_of_fold(models / "esol-3-out-of-fold.csv", rows, predictions, folds, model.predict(x))
    write_graph(
        models / "esol-3.onnx",
        name="esol",
        doc="Aqueous solubility from descriptors and MACCS keys, boosted regression trees.",
        source="examples/training/solubility.py, on 803 molecules of J. S. Delaney, J. Chem. Inf. Comput. Sci. 44, 1000 (2004)",
        inputs=[helper.make_tensor_value_info("features", TensorProto.FLOAT, ["batch", x.shape[1]])],
        outputs=[helper.make_tensor_value_info("log_s", TensorProto.FLOAT, ["batch", 1])],
        nodes=[tree_node(model, x.shape[1], "features", "log_s")],
        constants=[],
    )
