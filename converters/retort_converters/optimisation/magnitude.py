"""Weights that do nearly nothing become nothing, by their magnitude and by what they are multiplied with."""

import numpy as np
import onnx

from ..failure import Failure
from .layers import Weights, attribute, name_nodes, weighted_nodes
from .sample import inner_values


def prune(model, sample, job):
    asked = job["settings"]
    settings = {
        "sparsity": asked.get("sparsity", 0.5),
        "criterion": asked.get("criterion", "EFFECT"),
        "scope": asked.get("scope", "MODEL"),
        "storage": asked.get("storage", "SPARSE"),
    }
    made = onnx.ModelProto()
    made.CopyFrom(model)
    name_nodes(made)
    weights = Weights(made)
    nodes = weighted_nodes(made)
    names = sorted({name for _, name in nodes})
    if not names:
        raise Failure("NOT_APPLICABLE", "The graph has no matrix product and no convolution with constant weights to prune.")
    arrays = {name: weights.array(name) for name in names}
    scores = {name: np.abs(values).astype(np.float64) for name, values in arrays.items()}
    if settings["criterion"] == "EFFECT":
        _by_effect(made, sample, nodes, scores)
    everything = np.concatenate([values.reshape(-1) for values in scores.values()])
    limit = np.quantile(everything, settings["sparsity"])
    zeros = 0
    for name, values in arrays.items():
        least = limit if settings["scope"] == "MODEL" else np.quantile(scores[name], settings["sparsity"])
        kept = np.where(scores[name] <= least, 0, values).astype(values.dtype)
        zeros += int(np.count_nonzero(kept == 0))
        weights.replace(name, kept)
    stored = _sparse(made, names, weights) if settings["storage"] == "SPARSE" else 0
    share = zeros / everything.size
    notes = [
        f"{zeros} of {everything.size} weights are 0 ({share:.0%}). The runtime multiplies them like others: runs are not faster."
    ]
    if stored:
        notes.append(f"{stored} tensors are stored by their weights that are not 0, and are whole again once the graph is loaded.")
    return made, settings, notes, ["onnx", "numpy"]


def _by_effect(model, sample, nodes, scores):
    """
    Times the root mean square of what each weight is multiplied with, over the sample (as Wanda does; Sun et al. 2023,
    arXiv 2306.11695): a large weight of an input that is always 0 does nothing.
    """
    values = inner_values(model, sample.feeds, sorted({node.input[0] for node, _ in nodes}))
    for node, name in nodes:
        runs = [np.asarray(each, dtype=np.float64) for each in values[node.input[0]]]
        score = scores[name]
        if node.op_type == "Conv":
            own = _rms([np.moveaxis(run, 1, -1).reshape(-1, run.shape[1]) for run in runs])
            groups = score.shape[0] // max(1, len(own) // score.shape[1])
            for place in range(score.shape[0]):
                first = (place // groups) * score.shape[1] if groups else 0
                score[place] *= own[first : first + score.shape[1]].reshape(-1, *[1] * (score.ndim - 2))
        elif node.op_type in ("MatMul", "Gemm") and score.ndim == 2:
            own = _rms([run.reshape(-1, run.shape[-1]) for run in runs])
            is_transposed = node.op_type == "Gemm" and bool(attribute(node, "transB", 0))
            score *= own[None, :] if is_transposed else own[:, None]


def _rms(rows):
    whole = np.concatenate(rows)
    return np.sqrt((whole**2).mean(axis=0))


def _sparse(model, names, weights):
    """Tensors of which the places and values take less than all values. @return how many"""
    used = {name for node in model.graph.node for attribute in node.attribute for name in _inner(attribute)}
    stored = 0
    for name in names:
        values = weights.array(name)
        flat = values.reshape(-1)
        places = np.flatnonzero(flat).astype(np.int64)
        if name not in weights.initializers or name in used:
            continue
        if places.size * (8 + flat.itemsize) >= flat.nbytes:
            continue
        tensor = model.graph.sparse_initializer.add()
        tensor.dims.extend(values.shape)
        tensor.values.CopyFrom(onnx.numpy_helper.from_array(flat[places], name))
        tensor.indices.CopyFrom(onnx.numpy_helper.from_array(places, f"{name}/places"))
        place = next(i for i, each in enumerate(model.graph.initializer) if each.name == name)
        del model.graph.initializer[place]
        stored += 1
    return stored


def _inner(attribute):
    """Values that graphs inside of attributes read."""
    graphs = [attribute.g] if attribute.HasField("g") else list(attribute.graphs)
    return [name for graph in graphs for node in graph.node for name in node.input]
