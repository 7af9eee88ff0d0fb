"""What a model says of rows it has not seen: repeated k-fold cross-validation, and the file that keeps it."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sklearn.model_selection import RepeatedKFold, RepeatedStratifiedKFold

from training_rows import Rows

FOLDS = 5
REPEATS = 5
SEED = 2026

# Trained on the first rows, answers for the second: everything that learns, learns inside.
FitPredict = Callable[[np.ndarray, np.ndarray], np.ndarray]


def out_of_fold(rows: Rows, fit_predict: FitPredict, stratify: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Predictions and the fold that each is of, both [repeats, rows]; no prediction comes from a model that saw its row."""
    splitter = (RepeatedStratifiedKFold if stratify else RepeatedKFold)(
        n_splits=FOLDS, n_repeats=REPEATS, random_state=SEED
    )
    predictions = np.empty((REPEATS, len(rows.target)), dtype=rows.target.dtype)
    folds = np.empty((REPEATS, len(rows.target)), dtype=int)
    for index, (train, test) in enumerate(splitter.split(np.zeros(len(rows.target)), rows.target)):
        repeat, fold = divmod(index, FOLDS)
        predictions[repeat, test] = fit_predict(train, test)
        folds[repeat, test] = fold + 1
    return predictions, folds


def write_out_of_fold(
    path: Path, rows: Rows, predictions: np.ndarray, folds: np.ndarray, fitted: np.ndarray
) -> None:
    """One line a row: the instance, `measured`, what the published model answers (`fitted`), and for each repeat the
    prediction of the model that was trained without the row's fold."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        repeats = range(1, REPEATS + 1)
        writer.writerow(
            [*rows.fields, "measured", "fitted", *(f"{name}_{r}" for r in repeats for name in ("predicted", "fold"))]
        )
        for row, instance in enumerate(rows.instances):
            cells = [*instance, shown(rows.target[row]), shown(fitted[row])]
            for repeat in range(REPEATS):
                cells += [shown(predictions[repeat, row]), folds[repeat, row]]
            writer.writerow(cells)


def shown(value: object) -> str:
    """Numbers to the seventh digit behind the point: far below any error, far above what a machine changes."""
    return str(round(float(value), 7)) if isinstance(value, float) else str(value)
