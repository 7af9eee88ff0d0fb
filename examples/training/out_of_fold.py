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

# Trained on the first rows, answers for the second: everything that learns, learns inside. Of classes, a probability each.
FitPredict = Callable[[np.ndarray, np.ndarray], np.ndarray]


def out_of_fold(rows: Rows, fit_predict: FitPredict) -> tuple[np.ndarray, np.ndarray]:
    """Predictions and the fold that each is of, both [repeats, rows]; no prediction comes from a model that saw its row."""
    return divided(rows, RepeatedKFold, np.empty((REPEATS, len(rows.target))), fit_predict)


def out_of_fold_probabilities(rows: Rows, classes: int, fit_predict: FitPredict) -> tuple[np.ndarray, np.ndarray]:
    """Likewise a probability for each class, [repeats, rows, classes]; every fold has its share of each class."""
    return divided(rows, RepeatedStratifiedKFold, np.empty((REPEATS, len(rows.target), classes)), fit_predict)


def divided(
    rows: Rows, folding: type, predictions: np.ndarray, fit_predict: FitPredict
) -> tuple[np.ndarray, np.ndarray]:
    folds = np.empty((REPEATS, len(rows.target)), dtype=int)
    splitter = folding(n_splits=FOLDS, n_repeats=REPEATS, random_state=SEED)
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


def write_out_of_fold_classes(
    path: Path, rows: Rows, classes: list[str], probabilities: np.ndarray, folds: np.ndarray, fitted: np.ndarray
) -> None:
    """Likewise of classes: `fitted` and `predicted_N` are the likeliest, and behind them stands the probability of each
    class, `Barolo_fitted` or `Barolo_1`."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")

        def named(of: str) -> list[str]:
            return [f"{name}_{of}" for name in classes]

        repeats = range(1, REPEATS + 1)
        behind = [name for r in repeats for name in (f"predicted_{r}", f"fold_{r}", *named(str(r)))]
        writer.writerow([*rows.fields, "measured", "fitted", *named("fitted"), *behind])
        for row, instance in enumerate(rows.instances):
            cells = [*instance, rows.target[row], classes[fitted[row].argmax()], *map(shown, fitted[row])]
            for repeat in range(REPEATS):
                given = probabilities[repeat, row]
                cells += [classes[given.argmax()], folds[repeat, row], *map(shown, given)]
            writer.writerow(cells)


def shown(value: object) -> str:
    """Numbers to the seventh digit behind the point: far below any error, far above what a machine changes."""
    return str(round(float(value), 7)) if isinstance(value, float) else str(value)
