"""binding-energy@3: the semi-empirical mass formula, its coefficients fitted, and trees for what it leaves."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper
from sklearn.ensemble import GradientBoostingRegressor

from onnx_files import constant, tree_node, write_graph
from out_of_fold import out_of_fold, write_out_of_fold
from training_rows import read_rows

SEED = 0
# M. Goeppert Mayer, Phys. Rev. 75, 1969 (1949); 114 and 184 are those that theory expects next.
CLOSED_PROTONS = np.array([2, 8, 20, 28, 50, 82, 114])
CLOSED_NEUTRONS = np.array([2, 8, 20, 28, 50, 82, 126, 184])


def terms(z: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Volume, surface, Coulomb Z(Z - 1), asymmetry, pairing: [rows, 5], in double precision."""
    a = z + n
    pairing = (1 - z % 2 - n % 2) / np.sqrt(a)
    return np.stack([a, -(a ** (2 / 3)), -z * (z - 1) / a ** (1 / 3), -((a - 2 * z) ** 2) / a, pairing], axis=1)


def correction_features(z: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Z, N, A, N - Z, whether Z and N are odd, and how far each is from a closed shell: [rows, 8]."""
    to_shell = [np.abs(v[:, None] - closed).min(axis=1) for v, closed in ((z, CLOSED_PROTONS), (n, CLOSED_NEUTRONS))]
    return np.stack([z, n, z + n, n - z, z % 2, n % 2, *to_shell], axis=1).astype(np.float32)


@dataclass(frozen=True)
class CorrectedFormula:
    coefficients: np.ndarray
    correction: GradientBoostingRegressor

    @staticmethod
    def fitted(z: np.ndarray, n: np.ndarray, energy: np.ndarray) -> "CorrectedFormula":
        coefficients, *_ = np.linalg.lstsq(terms(z, n), energy, rcond=None)
        trees = GradientBoostingRegressor(
            n_estimators=400, learning_rate=0.05, max_depth=5, subsample=0.6, random_state=SEED
        )
        return CorrectedFormula(coefficients, trees.fit(correction_features(z, n), energy - terms(z, n) @ coefficients))

    def predict(self, z: np.ndarray, n: np.ndarray) -> np.ndarray:
        return terms(z, n) @ self.coefficients + self.correction.predict(correction_features(z, n))


def train(features: Path, models: Path) -> None:
    rows = read_rows(features / "binding-energy.csv")
    z, n = (rows.inputs[name][:, 0].astype(int) for name in ("z", "n"))

    predictions, folds = out_of_fold(
        rows, lambda train, test: CorrectedFormula.fitted(z[train], n[train], rows.target[train]).predict(z[test], n[test])
    )
    model = CorrectedFormula.fitted(z, n, rows.target)
    write_out_of_fold(models / "binding-energy-3-out-of-fold.csv", rows, predictions, folds, model.predict(z, n))
    write(models / "binding-energy-3.onnx", model)


def write(path: Path, model: CorrectedFormula) -> None:
    constants: list = []
    nodes: list = []

    def number(name: str, value: object, kind: type = np.float64) -> str:
        constants.append(constant(name, np.array(value, dtype=kind)))
        return name

    def node(operator: str, inputs: list[str], output: str, **attributes: object) -> str:
        nodes.append(helper.make_node(operator, inputs, [output], output, **attributes))
        return output

    node("Add", ["z", "n"], "a_whole")
    number("two_whole", 2, np.int64)
    number("one_whole", 1, np.int64)
    odd = [node("Mod", [v, "two_whole"], f"odd_{v}") for v in ("z", "n")]
    sign = node("Sub", [node("Sub", ["one_whole", odd[0]], "even_z"), odd[1]], "pairing_sign")
    node("Sub", ["n", "z"], "excess_whole")
    for name in ("z", "a_whole", "excess_whole", sign):
        node("Cast", [name], f"{name}_double", to=TensorProto.DOUBLE)
    a, charge, excess = "a_whole_double", "z_double", "excess_whole_double"

    # The formula: terms [batch, 5] in the order of terms(), times the coefficients.
    minus = number("minus_one", -1.0)
    square = node("Mul", [excess, excess], "excess_squared")
    node("Neg", [node("Pow", [a, number("two_thirds", 2 / 3)], "surface_size")], "surface")
    repelling = node("Mul", [charge, node("Add", [charge, minus], "others")], "pairs")
    node("Neg", [node("Div", [repelling, node("Pow", [a, number("one_third", 1 / 3)], "radius")], "repulsion")], "coulomb")
    node("Neg", [node("Div", [square, a], "asymmetry_size")], "asymmetry")
    node("Div", [f"{sign}_double", node("Sqrt", [a], "root")], "pairing")
    number("last_axis", [1], np.int64)
    columns = [
        node("Unsqueeze", [name, "last_axis"], f"{name}_column")
        for name in (a, "surface", "coulomb", "asymmetry", "pairing")
    ]
    node("Concat", columns, "terms", axis=1)
    number("coefficients", model.coefficients)
    node("MatMul", ["terms", "coefficients"], "formula")

    # The correction, from whole numbers, which float32 holds exactly.
    for name, closed in (("z", CLOSED_PROTONS), ("n", CLOSED_NEUTRONS)):
        column = node("Unsqueeze", [name, "last_axis"], f"{name}_whole_column")
        apart = node("Sub", [column, number(f"closed_{name}", closed, np.int64)], f"{name}_from_shells")
        node("ReduceMin", [node("Abs", [apart], f"{name}_distances")], f"{name}_to_shell", axes=[1], keepdims=0)
    whole = [
        node("Unsqueeze", [name, "last_axis"], f"{name}_feature")
        for name in ("z", "n", "a_whole", "excess_whole", *odd, "z_to_shell", "n_to_shell")
    ]
    node("Cast", [node("Concat", whole, "features_whole", axis=1)], "features", to=TensorProto.FLOAT)
    nodes.append(tree_node(model.correction, len(whole), "features", "correction_column"))
    node("Squeeze", ["correction_column", "last_axis"], "correction")
    node("Cast", ["correction"], "correction_double", to=TensorProto.DOUBLE)
    node("Add", ["formula", "correction_double"], "binding_energy")

    write_graph(
        path,
        name="binding_energy",
        doc="Total nuclear binding energy: the semi-empirical mass formula, and boosted trees for what it leaves.",
        source="examples/training/binding_energy.py, on 1761 nuclides of AME2020, Chinese Phys. C 45, 030003 (2021)",
        inputs=[helper.make_tensor_value_info(name, TensorProto.INT64, ["batch"]) for name in ("z", "n")],
        outputs=[helper.make_tensor_value_info("binding_energy", TensorProto.DOUBLE, ["batch"])],
        nodes=nodes,
        constants=constants,
    )
