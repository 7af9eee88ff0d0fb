"""Students: small models that learn what a teacher answers."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .. import graph as graphs
from .. import messages
from ..failure import Failure

PREFIX = "student/"
#: Of probabilities, before their logarithm is taken.
LEAST_PROBABILITY = 1e-6
MOST_BOOSTED_OUTPUTS = 16


def distill(model, sample, job):
    from skl2onnx import to_onnx
    from sklearn.metrics import r2_score

    asked = job["settings"]
    kind = asked.get("student", "GRADIENT_BOOSTING")
    inputs = sample.stacked()
    rows = _matrix(inputs)
    outputs = [_Output(name, sample.answers[name]) for name in (value.name for value in model.graph.output)]
    numbers = [output for output in outputs if output.is_number]
    labels = [output for output in outputs if not output.is_number]
    _check(numbers, labels)
    targets = np.concatenate([output.targets() for output in numbers], axis=1)
    # Networks learn numbers of size 1; the graph gives them their own size back.
    middle, spread = targets.mean(axis=0), targets.std(axis=0)
    spread[spread == 0] = 1
    targets = (targets - middle) / spread
    order = np.random.default_rng(sample.seed).permutation(len(rows))
    held = order[: max(1, len(rows) // 5)]
    train = order[len(held) :]
    student, settings = _student(kind, asked, sample.seed, targets.shape[1])
    messages.log(f"Teaching a student on {len(train)} rows, {rows.shape[1]} numbers each.")
    student.fit(rows[train], targets[train] if targets.shape[1] > 1 else targets[train, 0])
    learned = np.asarray(student.predict(rows[held])).reshape(len(held), -1)
    quality = float(r2_score(targets[held], learned, multioutput="uniform_average")) if len(held) > 1 else float("nan")
    messages.log(f"On {len(held)} rows it had not seen, it explains {quality:.4g} of the variance of the teacher's answers.")
    opset = {"": 17, "ai.onnx.ml": 3}
    graphs.tolerant_attributes()
    made = to_onnx(student, rows[:1].astype(np.float32), target_opset=opset)
    whole = _joined(model, made, inputs, (numbers, labels), (middle, spread))
    settings["rows"] = int(len(train))
    settings["agreement"] = quality if np.isfinite(quality) else None
    return whole, settings, [], ["scikit-learn", "skl2onnx", "onnx"]


def _student(kind, asked, seed, width):
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.linear_model import Ridge
    from sklearn.multioutput import MultiOutputRegressor
    from sklearn.neural_network import MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if kind == "LINEAR":
        settings = {"student": kind, "alpha": asked.get("alpha", 1.0)}
        return make_pipeline(StandardScaler(), Ridge(alpha=settings["alpha"])), settings
    if kind == "DENSE":
        settings = {"student": kind, "hidden": asked.get("hidden", [64, 64]), "alpha": asked.get("alpha", 1e-3), "epochs": asked.get("epochs", 400)}
        network = MLPRegressor(
            hidden_layer_sizes=tuple(settings["hidden"]),
            alpha=settings["alpha"],
            max_iter=settings["epochs"],
            early_stopping=True,
            n_iter_no_change=25,
            random_state=seed,
        )
        return make_pipeline(StandardScaler(), network), settings
    if width > MOST_BOOSTED_OUTPUTS:
        raise Failure(
            "NOT_APPLICABLE",
            f"Boosted trees learn one number each: expected at most {MOST_BOOSTED_OUTPUTS} numbers in the outputs, got {width}. "
            "A student of the kind DENSE learns them together.",
        )
    settings = {
        "student": kind,
        "trees": asked.get("trees", 100),
        "depth": asked.get("depth", 5),
        "learningRate": asked.get("learningRate", 0.1),
    }
    boosted = HistGradientBoostingRegressor(
        max_iter=settings["trees"], max_depth=settings["depth"], learning_rate=settings["learningRate"], random_state=seed
    )
    return (boosted if width == 1 else MultiOutputRegressor(boosted)), settings


class _Output:
    """What a teacher answers by one of its outputs."""

    def __init__(self, name, values):
        self.name = name
        self.values = np.asarray(values)
        self.shape = self.values.shape[1:]
        self.is_number = self.values.dtype.kind == "f"
        self.dtype = self.values.dtype
        flat = self.values.reshape(len(self.values), -1)
        self.is_probability = bool(
            self.is_number and self.values.ndim == 2 and flat.shape[1] > 1 and (flat >= 0).all() and np.allclose(flat.sum(axis=1), 1, atol=1e-3)
        )

    def targets(self):
        flat = self.values.reshape(len(self.values), -1).astype(np.float64)
        if not np.isfinite(flat).all():
            raise Failure("NOT_APPLICABLE", f'The teacher answers numbers that are not finite in "{self.name}": nothing can be learned from them.')
        if not self.is_probability:
            return flat
        logs = np.log(np.clip(flat, LEAST_PROBABILITY, None))
        return logs - logs.mean(axis=1, keepdims=True)

    @property
    def width(self):
        return int(np.prod(self.shape, dtype=np.int64))


def _check(numbers, labels):
    if not numbers:
        raise Failure("NOT_APPLICABLE", "The version answers no numbers that a student could learn.")
    probabilities = [output for output in numbers if output.is_probability]
    if labels and (len(labels) > 1 or len(probabilities) != 1):
        raise Failure(
            "NOT_APPLICABLE",
            f"Labels are taken from probabilities: expected one output of each, got {', '.join(o.name for o in labels)} beside "
            f"{len(probabilities)} outputs of probabilities.",
        )


def _matrix(inputs):
    columns = []
    for name, values in inputs.items():
        if values.dtype.kind not in "fiub":
            raise Failure("NOT_APPLICABLE", f'The input "{name}" is no number: students learn from numbers.')
        columns.append(values.reshape(len(values), -1).astype(np.float32))
    return np.concatenate(columns, axis=1)


def _joined(teacher, student, inputs, outputs, sizes):
    """The student between the teacher's inputs and outputs."""
    numbers, labels = outputs
    inner = onnx.compose.add_prefix(student, PREFIX)
    weights = {tensor.name for tensor in teacher.graph.initializer}
    asked = [value for value in teacher.graph.input if value.name not in weights]
    nodes, constants, parts = [], [], []
    for place, value in enumerate(asked):
        size = int(np.prod(inputs[value.name].shape[1:], dtype=np.int64))
        constants.append(numpy_helper.from_array(np.array([-1, size], dtype=np.int64), f"flat{place}"))
        nodes.append(helper.make_node("Cast", [value.name], [f"cast{place}"], to=TensorProto.FLOAT))
        nodes.append(helper.make_node("Reshape", [f"cast{place}", f"flat{place}"], [f"part{place}"]))
        parts.append(f"part{place}")
    nodes.append(helper.make_node("Concat", parts, [inner.graph.input[0].name], axis=1))
    nodes += list(inner.graph.node)
    for name, values in zip(("middle", "spread"), sizes):
        constants.append(numpy_helper.from_array(values.astype(np.float32), name))
    # Some converters write several numbers of a row below each other.
    constants.append(numpy_helper.from_array(np.array([-1, sizes[0].size], dtype=np.int64), "rows"))
    nodes.append(helper.make_node("Reshape", [inner.graph.output[0].name, "rows"], ["learned"]))
    nodes.append(helper.make_node("Mul", ["learned", "spread"], ["sized"]))
    nodes.append(helper.make_node("Add", ["sized", "middle"], ["answer"]))
    answer, at, shares = "answer", 0, {}
    for place, output in enumerate(numbers):
        for suffix, edge in (("from", at), ("to", at + output.width)):
            constants.append(numpy_helper.from_array(np.array([edge], dtype=np.int64), f"{suffix}{place}"))
        at += output.width
        constants.append(numpy_helper.from_array(np.array([-1, *output.shape], dtype=np.int64), f"shape{place}"))
        nodes.append(helper.make_node("Slice", [answer, f"from{place}", f"to{place}", "columns"], [f"slice{place}"]))
        last = f"slice{place}"
        if output.is_probability:
            nodes.append(helper.make_node("Softmax", [last], [f"softmax{place}"], axis=1))
            last = shares[output.name] = f"softmax{place}"
        nodes.append(helper.make_node("Cast", [last], [f"typed{place}"], to=helper.np_dtype_to_tensor_dtype(output.dtype)))
        nodes.append(helper.make_node("Reshape", [f"typed{place}", f"shape{place}"], [output.name]))
    constants.append(numpy_helper.from_array(np.array([1], dtype=np.int64), "columns"))
    for output in labels:
        (probabilities,) = [each for each in numbers if each.is_probability]
        constants.append(_names(output, probabilities))
        nodes.append(helper.make_node("ArgMax", [shares[probabilities.name]], ["best"], axis=1, keepdims=0))
        constants.append(numpy_helper.from_array(np.array([-1, *output.shape], dtype=np.int64), "label shape"))
        nodes.append(helper.make_node("Gather", ["classes", "best"], ["label"], axis=0))
        nodes.append(helper.make_node("Reshape", ["label", "label shape"], [output.name]))
    graph = helper.make_graph(nodes, "student", asked, list(teacher.graph.output), [*inner.graph.initializer, *constants])
    made = helper.make_model(graph, opset_imports=list(inner.opset_import), ir_version=min(inner.ir_version, 9))
    made.metadata_props.extend(teacher.metadata_props)
    onnx.checker.check_model(made)
    return made


def _names(output, probabilities):
    """By the place of the largest probability: the label that the teacher gives."""
    best = probabilities.values.argmax(axis=1)
    labels = output.values.reshape(len(output.values), -1)[:, 0]
    names = []
    for place in range(probabilities.values.shape[1]):
        seen, counts = np.unique(labels[best == place].astype(str), return_counts=True)
        if len(seen) == 0:
            raise Failure(
                "NOT_APPLICABLE",
                f"In no row of the sample is class {place} the likeliest, so what it is called is not known: give a sample with all classes.",
            )
        names.append(seen[np.argmax(counts)])
    if output.values.dtype.kind == "i":
        return numpy_helper.from_array(np.array(names).astype(output.values.dtype), "classes")
    return helper.make_tensor("classes", TensorProto.STRING, [len(names)], [name.encode() for name in names])
