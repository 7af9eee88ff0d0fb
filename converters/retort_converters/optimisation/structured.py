"""Whole hidden units and channels, or trees, taken out, so that the graph is smaller and has less to compute."""

import numpy as np
import onnx

from .. import messages
from ..failure import Failure
from .layers import Weights, attribute, name_nodes, users
from .sample import inner_values
from .trees import prune_trees, tree_nodes

#: Operators that leave each channel by itself.
BY_CHANNEL = {
    "Relu", "LeakyRelu", "Sigmoid", "Tanh", "Elu", "Selu", "Softplus", "Softsign", "Gelu", "HardSwish", "HardSigmoid", "Clip",
    "Identity", "Dropout", "Cast", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool",
}  # fmt: skip
#: Of activations that a least squares fit is made from.
MOST_VALUES = 4_000_000
MOST_POINTS = 20_000


def prune(model, sample, job):
    made = onnx.ModelProto()
    made.CopyFrom(model)
    name_nodes(made)
    if tree_nodes(made):
        return prune_trees(made, sample, job["settings"])
    asked = job["settings"]
    settings = {
        "ratio": asked.get("ratio", 0.5),
        "criterion": asked.get("criterion", "EFFECT"),
        "repair": asked.get("repair", True),
    }
    layers = _layers(made)
    if not layers:
        raise Failure(
            "NOT_APPLICABLE",
            "The graph has no hidden layer between two matrix products or convolutions with constant weights, and no trees.",
        )
    removed = {}
    for producer, consumer in layers:
        layer = _Layer(made, producer, consumer)
        keep = max(1, round(layer.width * (1 - settings["ratio"])))
        if keep >= layer.width:
            continue
        activations = layer.activations(sample)
        kept, lost = _chosen(layer, activations, keep, settings["criterion"])
        layer.cut(kept, lost, _mixing(activations, kept, lost) if settings["repair"] else None)
        removed[producer] = [int(layer.width), int(keep)]
        messages.log(f"{producer}: {keep} of {layer.width} channels are kept.")
    if not removed:
        raise Failure("NOT_APPLICABLE", f"Each layer is too narrow to lose a share of {settings['ratio']:g} of its channels.")
    settings["layers"] = {name: {"before": before, "after": after} for name, (before, after) in removed.items()}
    del made.graph.value_info[:]
    return made, settings, [], ["onnx", "numpy", "onnxruntime"]


def _layers(model):
    """Pairs of nodes by name: one makes channels, the next consumes them, and nothing else looks at them."""
    weights, read = Weights(model), users(model.graph)
    found = []
    for node in model.graph.node:
        if _makes_channels(node, weights):
            path = _path(node, weights, read)
            if path is not None:
                found.append((node.name, path[-1].name))
    return found


def _makes_channels(node, weights):
    if node.op_type == "Conv":
        return attribute(node, "group", 1) == 1 and node.input[1] in weights
    if node.op_type in ("Gemm", "MatMul"):
        return node.input[1] in weights and weights.array(node.input[1]).ndim == 2 and not attribute(node, "transA", 0)
    return False


def _path(node, weights, read):
    """The nodes from a layer to the next; None where its channels are used otherwise."""
    path, is_image, flat = [], node.op_type == "Conv", False
    current = node
    for _ in range(50):
        after = read.get(current.output[0], [])
        if len(after) != 1 or after[0] is None:
            return None
        current = after[0]
        path.append(current)
        if current.op_type in ("Gemm", "MatMul"):
            if is_image and not flat:
                return None
            return path if _makes_channels(current, weights) and current.input[0] == path_input(path, node) else None
        if current.op_type == "Conv":
            is_next = is_image and not flat and _makes_channels(current, weights) and current.input[0] == path_input(path, node)
            return path if is_next else None
        if current.op_type in BY_CHANNEL:
            continue
        if current.op_type == "BatchNormalization" and all(name in weights for name in current.input[1:5]):
            continue
        if current.op_type == "Add" and _is_bias(current, weights, is_image and not flat):
            continue
        if current.op_type in ("Flatten", "Reshape", "Squeeze") and is_image and not flat and _flattens(current, weights):
            flat = True
            continue
        return None
    return None


def path_input(path, node):
    return path[-2].output[0] if len(path) > 1 else node.output[0]


def _is_bias(node, weights, is_image):
    constants = [name for name in node.input if name in weights]
    if len(constants) != 1:
        return False
    shape = weights.array(constants[0]).shape
    return len(shape) >= 3 and shape[-3] == weights.array(constants[0]).size if is_image else len(shape) in (1, 2) and shape[-1] == weights.array(constants[0]).size


def _flattens(node, weights):
    """Whether rows of images become rows of numbers, channel by channel."""
    if node.op_type == "Flatten":
        return attribute(node, "axis", 1) == 1
    if node.op_type == "Squeeze":
        return True
    wanted = weights.array(node.input[1]) if node.input[1] in weights else None
    # The width is written down where it is not −1: it has to be left to the runtime.
    return wanted is not None and len(wanted) == 2 and int(wanted[1]) == -1


class _Layer:
    """The channels between two nodes of a graph."""

    def __init__(self, model, producer, consumer):
        self.model = model
        self.weights = Weights(model)
        nodes = {node.name: node for node in model.graph.node}
        self.producer, self.consumer = nodes[producer], nodes[consumer]
        self.between = _path(self.producer, self.weights, users(model.graph))[:-1]
        self.axis_out = 0 if self._is_transposed(self.producer) or self.producer.op_type == "Conv" else 1
        self.axis_in = 1 if self._is_transposed(self.consumer) or self.consumer.op_type == "Conv" else 0
        self.width = self.weights.array(self.producer.input[1]).shape[self.axis_out]
        size = self.weights.array(self.consumer.input[1]).shape[self.axis_in]
        #: Numbers that a channel gives the consumer: more than one where an image was flattened.
        self.spread = size // self.width

    @staticmethod
    def _is_transposed(node):
        return node.op_type == "Gemm" and bool(attribute(node, "transB", 0))

    def activations(self, sample):
        """[points, channels]: what the consumer reads, over rows and places of images."""
        name = self.consumer.input[0]
        runs = inner_values(self.model, sample.feeds, [name])[name]
        points = []
        for values in runs:
            values = np.asarray(values, dtype=np.float64)
            if values.ndim > 2:
                points.append(np.moveaxis(values, 1, -1).reshape(-1, self.width))
            else:
                rows = values.reshape(len(values), self.width, self.spread)
                points.append(np.moveaxis(rows, 1, -1).reshape(-1, self.width))
        found = np.concatenate(points)
        most = max(self.width * 4, min(MOST_POINTS, MOST_VALUES // self.width))
        if len(found) > most:
            found = found[np.random.default_rng(sample.seed).choice(len(found), most, replace=False)]
        return found

    def importance(self):
        """By channel: the norm of what reads it."""
        values = self._incoming()
        return np.sqrt((values.reshape(self.width, -1) ** 2).sum(axis=1))

    def own_norm(self):
        values = np.moveaxis(self.weights.array(self.producer.input[1]).astype(np.float64), self.axis_out, 0)
        return np.abs(values.reshape(self.width, -1)).sum(axis=1)

    def _incoming(self):
        """[channels, spread, …] of the consumer's weights."""
        values = np.moveaxis(self.weights.array(self.consumer.input[1]).astype(np.float64), self.axis_in, 0)
        return values.reshape(self.width, self.spread, *values.shape[1:])

    def cut(self, kept, lost, mixing):
        incoming = self._incoming()
        shift = None
        if mixing is not None:
            amounts, constant = mixing
            incoming = incoming.copy()
            incoming[kept] += np.tensordot(amounts, incoming[lost], axes=(1, 0))
            shift = np.tensordot(constant, incoming[lost], axes=(0, 0))
        own = self.weights.array(self.consumer.input[1])
        left = incoming[kept].reshape(len(kept) * self.spread, *incoming.shape[2:])
        self._set(self.consumer, 1, np.moveaxis(left, 0, self.axis_in).astype(own.dtype))
        if shift is not None:
            self._shift(shift.sum(axis=0))
        weights = self.weights.array(self.producer.input[1])
        self._set(self.producer, 1, np.take(weights, kept, axis=self.axis_out))
        if len(self.producer.input) > 2 and self.producer.input[2]:
            self._cut_vector(self.producer, 2, kept)
        for node in self.between:
            if node.op_type == "BatchNormalization":
                for place in range(1, 5):
                    self._cut_vector(node, place, kept)
            if node.op_type == "Add":
                place = next(i for i, name in enumerate(node.input) if name in self.weights)
                self._cut_vector(node, place, kept)

    def _shift(self, amount):
        """Adds the constant part of the removed channels to what the consumer adds; a border of zeros has none of it."""
        if self.consumer.op_type == "Conv":
            pads = attribute(self.consumer, "pads", [0])
            auto = attribute(self.consumer, "auto_pad", b"NOTSET")
            if any(pads) or auto not in (b"NOTSET", b"VALID"):
                return
            amount = amount.reshape(len(amount), -1).sum(axis=1)
        if self.consumer.op_type == "MatMul":
            after = users(self.model.graph).get(self.consumer.output[0], [])
            is_added = len(after) == 1 and after[0] is not None and after[0].op_type == "Add" and _is_bias(after[0], self.weights, False)
            if is_added:
                place = next(i for i, name in enumerate(after[0].input) if name in self.weights)
                own = self.weights.array(after[0].input[place])
                self._set(after[0], place, (own + amount.reshape(-1)).astype(own.dtype).reshape(own.shape))
            return
        if len(self.consumer.input) > 2 and self.consumer.input[2]:
            own = self.weights.array(self.consumer.input[2])
            if own is not None and own.size == amount.size:
                scale = attribute(self.consumer, "alpha", 1.0) / (attribute(self.consumer, "beta", 1.0) or 1.0)
                self._set(self.consumer, 2, (own + scale * amount.reshape(own.shape)).astype(own.dtype))

    def _cut_vector(self, node, place, kept):
        values = self.weights.array(node.input[place])
        if values.size == self.width:
            axis = next(i for i, size in enumerate(values.shape) if size == self.width)
            self._set(node, place, np.take(values, kept, axis=axis))

    def _set(self, node, place, values):
        """A tensor of its own, since others may use the old one."""
        name = f"{node.name}/pruned/{place}"
        old = node.input[place]
        if old == name:
            self.weights.replace(name, values)
            return
        node.input[place] = name
        tensor = onnx.numpy_helper.from_array(np.ascontiguousarray(values), name)
        self.model.graph.initializer.append(tensor)
        if not any(old in other.input for other in self.model.graph.node):
            for index, each in enumerate(self.model.graph.initializer):
                if each.name == old:
                    del self.model.graph.initializer[index]
                    break
        self.weights = Weights(self.model)


def _chosen(layer, activations, keep, criterion):
    """@return places of the channels that stay and of those that go"""
    if criterion == "NORM":
        order = np.argsort(-layer.own_norm() * layer.importance(), kind="stable")
        kept = np.sort(order[:keep])
    else:
        kept = np.sort(_spanning(activations * layer.importance(), keep))
    return kept, np.setdiff1d(np.arange(layer.width), kept)


def _spanning(values, keep):
    """
    Columns from which the others can be had best: one after the other, the one with most left that those before do not explain
    (QR with column pivoting; Businger and Golub 1965).
    """
    rest = values - values.mean(axis=0)
    chosen = []
    for _ in range(keep):
        sizes = (rest**2).sum(axis=0)
        sizes[chosen] = -1
        best = int(np.argmax(sizes))
        chosen.append(best)
        direction = rest[:, best]
        length = float(direction @ direction)
        if length > 0:
            rest = rest - np.outer(direction, (direction @ rest) / length)
    return np.array(chosen)


def _mixing(activations, kept, lost):
    """Least squares: each removed channel as a sum of those that stay and a constant. @return [kept, lost], [lost]"""
    have, want = activations[:, kept], activations[:, lost]
    middle, aim = have.mean(axis=0), want.mean(axis=0)
    centred = have - middle
    gram = centred.T @ centred
    # Points enough to tell the channels apart need next to no ridge; with fewer, it keeps chance out.
    share = 1e-10 if len(have) > 4 * len(kept) else 1e-6
    ridge = share * (np.trace(gram) / len(gram) or 1.0)
    amounts = np.linalg.solve(gram + ridge * np.eye(len(gram)), centred.T @ (want - aim))
    return amounts, aim - middle @ amounts
