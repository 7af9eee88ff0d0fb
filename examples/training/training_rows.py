"""Reads what write-features.ts wrote: instances, what was measured, and the numbers that the pipeline made of them."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Rows:
    """`inputs` holds one matrix [rows, columns] for each input of the graph that is to be trained."""

    fields: list[str]
    instances: list[list[str]]
    target: np.ndarray
    inputs: dict[str, np.ndarray]


def read_rows(path: Path, target_type: type = float) -> Rows:
    with path.open(newline="", encoding="utf-8") as file:
        header, *lines = csv.reader(file)
    columns = {name: index for index, name in enumerate(header)}
    fields = [name for name in header if name.startswith("instance.")]
    names = dict.fromkeys(name.rpartition(".")[0] for name in header if name not in (*fields, "target"))
    return Rows(
        fields=[name.removeprefix("instance.") for name in fields],
        instances=[[line[columns[name]] for name in fields] for line in lines],
        target=np.array([target_type(line[columns["target"]]) for line in lines]),
        inputs={
            name: np.array(
                [[float(line[at]) for column, at in columns.items() if column.rpartition(".")[0] == name] for line in lines]
            )
            for name in names
        },
    )
