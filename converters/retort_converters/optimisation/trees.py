"""Ensembles of trees: fewer of them, and shallower ones."""

import numpy as np
import onnx
from onnx import numpy_helper

from .. import messages
from ..failure import Failure
from .sample import inner_values

KINDS = {"TreeEnsembleRegressor": "target", "TreeEnsembleClassifier": "class"}
LEAF = b"LEAF"


def tree_nodes(model):
    return [node for node in model.graph.node if node.domain == "ai.onnx.ml" and node.op_type in KINDS]


def prune_trees(model, sample, asked):
    """@return as `structured.prune`"""
    settings = {
        "ratio": asked.get("ratio", 0.5),
        "maxDepth": asked.get("maxDepth"),
        "repair": asked.get("repair", True),
    }
    removed = {}
    for node in tree_nodes(model):
        rows = np.concatenate(
            [np.asarray(each, dtype=np.float64).reshape(len(each), -1) for each in inner_values(model, sample.feeds, [node.input[0]])[node.input[0]]]
        )
        forest = Forest(node)
        before = (forest.trees, forest.nodes, forest.depth)
        if settings["maxDepth"] is not None:
            forest.shorten(settings["maxDepth"], rows)
        keep = max(1, round(forest.trees * (1 - settings["ratio"])))
        if keep < forest.trees:
            forest.thin(keep, rows, settings["repair"])
        forest.write()
        after = Forest(node)
        removed[node.name] = {
            "before": {"trees": before[0], "nodes": before[1], "depth": before[2]},
            "after": {"trees": after.trees, "nodes": after.nodes, "depth": after.depth},
        }
        messages.log(f"{node.name}: {after.trees} of {before[0]} trees, {after.nodes} of {before[1]} nodes, depth {after.depth} of {before[2]}.")
        if (after.trees, after.nodes) == before[:2]:
            raise Failure("NOT_APPLICABLE", f"{node.name} has {before[0]} trees of depth {before[2]}: nothing of it would be removed.")
    settings["layers"] = removed
    if settings["maxDepth"] is None:
        del settings["maxDepth"]
    return model, settings, [], ["onnx", "numpy", "onnxruntime"]


class Forest:
    """The attributes of a tree operator as arrays, a tree after the other."""

    def __init__(self, node):
        self.node = node
        self.kind = KINDS[node.op_type]
        own = {each.name: each for each in node.attribute}
        self.own = own
        self.is_wide = "nodes_values_as_tensor" in own
        ints = lambda name: np.array(own[name].ints, dtype=np.int64)  # noqa: E731
        self.tree, self.id, self.feature = ints("nodes_treeids"), ints("nodes_nodeids"), ints("nodes_featureids")
        self.true, self.false = ints("nodes_truenodeids"), ints("nodes_falsenodeids")
        self.mode = np.array(list(own["nodes_modes"].strings), dtype=object)
        self.value = self._floats("nodes_values")
        self.tracks = ints("nodes_missing_value_tracks_true") if "nodes_missing_value_tracks_true" in own else np.zeros(len(self.tree), dtype=np.int64)
        kind = self.kind
        self.leaf_tree, self.leaf_id, self.leaf_target = ints(f"{kind}_treeids"), ints(f"{kind}_nodeids"), ints(f"{kind}_ids")
        self.leaf_weight = self._floats(f"{kind}_weights")
        if np.any([mode not in (LEAF, b"BRANCH_LEQ", b"BRANCH_LT", b"BRANCH_GT", b"BRANCH_GTE", b"BRANCH_EQ", b"BRANCH_NEQ") for mode in self.mode]):
            raise Failure("NOT_APPLICABLE", "The trees have nodes of a kind that is not known.")

    def _floats(self, name):
        if f"{name}_as_tensor" in self.own:
            return numpy_helper.to_array(self.own[f"{name}_as_tensor"].t).astype(np.float64)
        return np.array(self.own[name].floats, dtype=np.float64) if name in self.own else np.zeros(0)

    @property
    def names(self):
        return np.unique(self.tree)

    @property
    def trees(self):
        return len(self.names)

    @property
    def nodes(self):
        return len(self.tree)

    @property
    def depth(self):
        return int(max(self.depths().values(), default=0))

    def place(self):
        return {(int(tree), int(node)): index for index, (tree, node) in enumerate(zip(self.tree, self.id))}

    def roots(self):
        """By tree: the place of the node that no other leads to."""
        place = self.place()
        led = set()
        for index in np.flatnonzero(self.mode != LEAF):
            led.add(place[int(self.tree[index]), int(self.true[index])])
            led.add(place[int(self.tree[index]), int(self.false[index])])
        return {int(self.tree[index]): index for index in range(self.nodes) if index not in led}

    def children(self):
        """[nodes, 2]: places of the two nodes that a branch leads to; a leaf leads to itself."""
        place = self.place()
        found = np.repeat(np.arange(self.nodes)[:, None], 2, axis=1)
        for index in np.flatnonzero(self.mode != LEAF):
            tree = int(self.tree[index])
            found[index] = place[tree, int(self.true[index])], place[tree, int(self.false[index])]
        return found

    def depths(self):
        children, depth = self.children(), {}
        waiting = [(index, 0) for index in self.roots().values()]
        while waiting:
            index, level = waiting.pop()
            depth[index] = level
            if self.mode[index] != LEAF:
                waiting += [(int(child), level + 1) for child in children[index]]
        return depth

    def weights(self):
        """[nodes, targets]: what a leaf adds."""
        place = self.place()
        targets = int(self.leaf_target.max()) + 1
        found = np.zeros((self.nodes, targets))
        for tree, node, target, weight in zip(self.leaf_tree, self.leaf_id, self.leaf_target, self.leaf_weight):
            found[place[int(tree), int(node)], target] += weight
        return found

    def reached(self, rows):
        """For each tree, the place of the leaf of each row, and by node how many rows come by."""
        children, roots = self.children(), self.roots()
        hits = np.zeros(self.nodes, dtype=np.int64)
        # As the runtime compares: in single precision, unless the thresholds are double.
        rows = rows if self.is_wide else rows.astype(np.float32).astype(np.float64)
        leaves = {}
        for tree, root in roots.items():
            at = np.full(len(rows), root)
            np.add.at(hits, at, 1)
            moving = np.flatnonzero(self.mode[at] != LEAF)
            while moving.size:
                here = at[moving]
                at[moving] = np.where(self._holds(here, rows[moving, self.feature[here]]), children[here, 0], children[here, 1])
                np.add.at(hits, at[moving], 1)
                moving = moving[self.mode[at[moving]] != LEAF]
            leaves[tree] = at
        return leaves, hits

    def _holds(self, places, values):
        limits, modes = self.value[places], self.mode[places]
        rules = {
            b"BRANCH_LEQ": values <= limits,
            b"BRANCH_LT": values < limits,
            b"BRANCH_GT": values > limits,
            b"BRANCH_GTE": values >= limits,
            b"BRANCH_EQ": values == limits,
            b"BRANCH_NEQ": values != limits,
        }
        holds = np.zeros(len(places), dtype=bool)
        for mode, rule in rules.items():
            holds[modes == mode] = rule[modes == mode]
        return np.where(np.isnan(values), self.tracks[places] == 1, holds)

    def shorten(self, most, rows):
        """Branches at the deepest level become leaves: the mean of those below, by the rows of the sample that reach them."""
        _, hits = self.reached(rows)
        weights, children, depths = self.weights(), self.children(), self.depths()
        order = sorted(depths, key=lambda index: -depths[index])
        mass, mean = hits.astype(np.float64), weights.copy()
        for index in order:
            if self.mode[index] != LEAF:
                left, right = children[index]
                share = mass[[left, right]] if mass[[left, right]].sum() > 0 else np.ones(2)
                mean[index] = (share[0] * mean[left] + share[1] * mean[right]) / share.sum()
        kept = np.array(sorted(index for index, level in depths.items() if level <= most))
        cut = np.array([index for index in kept if depths[index] == most and self.mode[index] != LEAF], dtype=np.int64)
        self.mode[cut] = LEAF
        for values in (self.feature, self.true, self.false):
            values[cut] = 0
        self.value[cut] = 0
        self._take(kept, mean)

    def thin(self, keep, rows, repair):
        """Keeps the trees from which the sum of all can be had best, and weighs them anew."""
        leaves, _ = self.reached(rows)
        weights, names = self.weights(), [int(name) for name in self.names]
        by_tree = np.stack([weights[leaves[name]] for name in names])  # [trees, rows, targets]
        post = self.own["post_transform"].s if "post_transform" in self.own else b"NONE"
        if self.kind == "class" and post not in (b"NONE", b""):
            # Boosted: each tree mends what those before left, so the first ones stay.
            kept, scale = self._first_rounds(names, weights, keep), {}
            shift = np.zeros(weights.shape[1])
        elif self.kind == "class" or not repair:
            kept = [names[index] for index in _greedy(by_tree, keep)]
            scale = {name: len(names) / len(kept) for name in kept} if self._sums() else {}
            shift = np.zeros(weights.shape[1])
        else:
            chosen = _greedy(by_tree, keep)
            kept = [names[index] for index in chosen]
            factors, shift = _refit(by_tree, chosen, 1.0 if self._sums() else 1.0 / len(names))
            scale = dict(zip(kept, factors))
            self._set_sum()
        for name in kept:
            weights[self.tree == name] *= scale.get(name, 1.0)
        self._shift(shift)
        self._take(np.flatnonzero(np.isin(self.tree, kept)), weights)

    def _first_rounds(self, names, weights, keep):
        """A round has a tree for each class: none is left without its own."""
        targets = {name: int(np.argmax(np.abs(weights[self.tree == name]).sum(axis=0))) for name in names}
        classes = sorted(set(targets.values()))
        each = max(1, keep // len(classes))
        return [name for target in classes for name in [n for n in names if targets[n] == target][:each]]

    def _sums(self):
        return "aggregate_function" not in self.own or self.own["aggregate_function"].s in (b"SUM", b"")

    def _set_sum(self):
        if "aggregate_function" in self.own:
            self.own["aggregate_function"].s = b"SUM"

    def _shift(self, amount):
        if not np.any(amount):
            return
        name = "base_values_as_tensor" if self.is_wide else "base_values"
        known = self._floats("base_values")
        values = (known if known.size == amount.size else np.zeros(amount.size)) + amount
        kept = [each for each in self.node.attribute if each.name not in ("base_values", "base_values_as_tensor")]
        made = (
            onnx.helper.make_attribute(name, numpy_helper.from_array(values))
            if self.is_wide
            else onnx.helper.make_attribute(name, [float(value) for value in values])
        )
        copies = [onnx.AttributeProto.FromString(each.SerializeToString()) for each in kept]
        del self.node.attribute[:]
        self.node.attribute.extend([*copies, made])
        self.own = {each.name: each for each in self.node.attribute}

    def _take(self, kept, weights):
        """Only these nodes, by place, with the weights of their leaves."""
        for name in ("tree", "id", "feature", "true", "false", "mode", "value", "tracks"):
            setattr(self, name, getattr(self, name)[kept])
        leaves = np.flatnonzero(self.mode == LEAF)
        used = np.unique(self.leaf_target)
        self.leaf_tree = np.repeat(self.tree[leaves], len(used))
        self.leaf_id = np.repeat(self.id[leaves], len(used))
        self.leaf_target = np.tile(used, len(leaves))
        self.leaf_weight = weights[kept][leaves][:, used].reshape(-1)
        if len(used) > 1:
            told = self.leaf_weight != 0
            # A tree of a class of its own says nothing of the others; each leaf says something.
            first = np.zeros(len(told), dtype=bool)
            first[:: len(used)] = ~told.reshape(-1, len(used)).any(axis=1)
            told |= first
            self.leaf_tree, self.leaf_id = self.leaf_tree[told], self.leaf_id[told]
            self.leaf_target, self.leaf_weight = self.leaf_target[told], self.leaf_weight[told]

    def write(self):
        kind = self.kind
        ints = {
            "nodes_treeids": self.tree,
            "nodes_nodeids": self.id,
            "nodes_featureids": self.feature,
            "nodes_truenodeids": self.true,
            "nodes_falsenodeids": self.false,
            f"{kind}_treeids": self.leaf_tree,
            f"{kind}_nodeids": self.leaf_id,
            f"{kind}_ids": self.leaf_target,
        }
        floats = {"nodes_values": self.value, f"{kind}_weights": self.leaf_weight}
        made = [onnx.helper.make_attribute(name, [int(each) for each in values]) for name, values in ints.items()]
        made.append(onnx.helper.make_attribute("nodes_modes", [bytes(mode) for mode in self.mode]))
        if np.any(self.tracks):
            made.append(onnx.helper.make_attribute("nodes_missing_value_tracks_true", [int(each) for each in self.tracks]))
        for name, values in floats.items():
            made.append(
                onnx.helper.make_attribute(f"{name}_as_tensor", numpy_helper.from_array(values))
                if self.is_wide
                else onnx.helper.make_attribute(name, [float(each) for each in values.astype(np.float32)])
            )
        replaced = {each.name for each in made} | {"nodes_hitrates", "nodes_hitrates_as_tensor", "nodes_missing_value_tracks_true"}
        rest = [onnx.AttributeProto.FromString(each.SerializeToString()) for each in self.node.attribute if each.name not in replaced]
        del self.node.attribute[:]
        self.node.attribute.extend([*rest, *made])
        self.own = {each.name: each for each in self.node.attribute}


def _greedy(by_tree, keep):
    """Trees one after the other: each time the one that most of what is left of the sum of all leans towards."""
    columns = by_tree.reshape(len(by_tree), -1)
    columns = columns - columns.mean(axis=1, keepdims=True)
    rest, others = columns.sum(axis=0), columns.copy()
    chosen = []
    for _ in range(keep):
        sizes = (others**2).sum(axis=1)
        gain = (others @ rest) ** 2 / np.where(sizes > 1e-12, sizes, np.inf)
        gain[chosen] = -1
        best = int(np.argmax(gain))
        chosen.append(best)
        direction, size = others[best].copy(), sizes[best]
        if size > 1e-12:
            rest = rest - direction * (direction @ rest) / size
            others = others - np.outer(others @ direction / size, direction)
    return sorted(chosen)


def _refit(by_tree, chosen, unit):
    """
    Least squares with a ridge towards equal shares: factors of the chosen trees and a constant for each target, by which their
    sum comes nearest to `unit` times the sum of all.
    """
    trees, rows, targets = by_tree.shape
    have = by_tree[chosen]
    want = unit * by_tree.sum(axis=0)
    middle, aim = have.mean(axis=1), want.mean(axis=0)  # [kept, targets], [targets]
    left = (have - middle[:, None, :]).reshape(len(chosen), -1)
    right = (want - aim).reshape(-1)
    equal = np.full(len(chosen), unit * trees / len(chosen))
    gram = left @ left.T
    ridge = 0.02 * (np.trace(gram) / len(gram) or 1.0)
    factors = np.linalg.solve(gram + ridge * np.eye(len(gram)), left @ right + ridge * equal)
    return factors, aim - factors @ middle
