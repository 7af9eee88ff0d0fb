"""Where scikit-learn's trees send a number that is missing."""

import numpy as np
from onnx import helper


def send_missing(model, parts):
    """
    skl2onnx sends missing numbers to the right in every tree. A tree of scikit-learn sends them where it learned to, or, where it
    saw none, to the child that had more rows: that is written into the operator, whose nodes are those of the trees.
    """
    ensembles = [trees for trees in map(_trees, parts) if trees]
    for node in model.graph.node:
        if not node.op_type.startswith("TreeEnsemble"):
            continue
        own = {attribute.name: attribute for attribute in node.attribute}
        if "nodes_treeids" not in own or "nodes_missing_value_tracks_true" not in own:
            continue
        ids = np.array(own["nodes_treeids"].ints)
        sizes = [int(np.count_nonzero(ids == tree)) for tree in dict.fromkeys(own["nodes_treeids"].ints)]
        for trees in ensembles:
            if [tree.node_count for tree in trees] != sizes:
                continue
            left = np.concatenate([tree.missing_go_to_left for tree in trees])
            features = np.concatenate([np.where(tree.children_left < 0, -1, tree.feature) for tree in trees])
            is_leaf = np.array([mode == b"LEAF" for mode in own["nodes_modes"].strings])
            if not np.array_equal(np.where(is_leaf, -1, own["nodes_featureids"].ints), features):
                continue
            flags = [int(flag) for flag in left]
            own["nodes_missing_value_tracks_true"].CopyFrom(
                helper.make_attribute("nodes_missing_value_tracks_true", flags)
            )
            break


def _trees(part):
    if hasattr(part, "tree_"):
        return [part.tree_] if hasattr(part.tree_, "missing_go_to_left") else []
    found = np.ravel(np.asarray(getattr(part, "estimators_", ()), dtype=object))
    trees = [each.tree_ for each in found if hasattr(each, "tree_") and hasattr(each.tree_, "missing_go_to_left")]
    return trees if len(trees) == len(found) else []
