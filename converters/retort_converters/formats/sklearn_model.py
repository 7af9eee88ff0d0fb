"""Fitted scikit-learn models and pipelines, also with XGBoost's and LightGBM's estimators in them, as pickle or joblib."""

import contextlib

import numpy as np

from .. import graph
from ..failure import Failure, one_line
from ..table import Only, Table, around
from .pickles import read_pickle
from .missing_values import send_missing
from .table_model import TableModel, merged

OPSET = {"": 18, "ai.onnx.ml": 3}


def read(job):
    import sklearn
    from sklearn.base import BaseEstimator

    model = read_pickle(job["source"], job.get("trustPickle", False))
    if not isinstance(model, BaseEstimator):
        wrapped = _wrapped(model, job["options"])
        if wrapped is not None:
            return wrapped
        raise Failure(
            "UNREADABLE",
            f"Expected a pickle of one fitted scikit-learn model or pipeline, got a {type(model).__module__}.{type(model).__name__}.",
        )
    return SklearnModel(model, job["options"], f"{_called(model)} of scikit-learn {sklearn.__version__}")


def _wrapped(model, options):
    """Boosters are pickled, too."""
    module = type(model).__module__.split(".")[0]
    if module == "xgboost":
        from .xgboost_model import XgboostModel

        return XgboostModel(model, options, "a pickled booster of XGBoost")
    if module == "lightgbm":
        from .lightgbm_model import LightgbmModel

        return LightgbmModel(model, options, "a pickled booster of LightGBM")
    return None


def _called(model):
    steps = getattr(model, "steps", None)
    return " → ".join(type(step).__name__ for _, step in steps) if steps else type(model).__name__


class SklearnModel(TableModel):
    tools = ("scikit-learn", "skl2onnx", "onnxmltools", "onnxruntime", "onnx")

    def __init__(self, model, options, about):
        from sklearn.utils.validation import check_is_fitted

        self.model = model
        self.about = about
        self.options = options
        try:
            check_is_fitted(model)
        except Exception as error:
            raise Failure("UNREADABLE", f"The model is not fitted: {one_line(error)}") from error
        self.parts = list(_parts(model))
        self.thresholds = merged(pair for part in self.parts for pair in _thresholds(part))
        names = getattr(model, "feature_names_in_", None)
        self.text = _is_text(model)
        self.mixed = _selecting(self.parts)
        if self.text:
            self.table = Table(None, ["BYTES"], [_words(self.parts)])
        else:
            self.table = self._columns(names)
        if _is(model, "classifier"):
            self.classes = self._classes()

    def _columns(self, names):
        width = getattr(self.model, "n_features_in_", None)
        if width is None:
            raise Failure("UNSUPPORTED", f"{self.about} does not say how many columns it takes.")
        wanted = self.options.get("floats", "FP32")
        if wanted not in ("FP32", "FP64"):
            raise Failure("WRONG_OPTIONS", f"Expected floats to be FP32 or FP64, got {wanted!r}.")
        kinds, candidates = [wanted] * width, [None] * width
        own = [str(name) for name in names] if names is not None else None
        if self.mixed is not None:
            if own is None:
                own = [f"column_{place}" for place in range(width)]
            for place, (kind, known) in _kinds(self.mixed, own, wanted).items():
                kinds[place], candidates[place] = kind, known
        elif self.options.get("inputs") == "matrix":
            own = None
        for place in range(width):
            if candidates[place] is None:
                candidates[place] = self._known(place)
        for name, kind in (self.options.get("columns") or {}).items():
            if own is None or name not in own:
                raise Failure("WRONG_OPTIONS", f"options.columns: the model has no column {name!r}.")
            kinds[own.index(name)] = kind
        return Table(own, kinds, candidates, takes_missing=self._takes_missing())

    def _known(self, place):
        """What the first step that has seen data tells of a column."""
        for part in self.parts:
            mean, scale = getattr(part, "mean_", None), getattr(part, "scale_", None)
            if mean is not None and scale is not None and np.size(mean) == getattr(self.model, "n_features_in_", None):
                steps = np.array([-3, -1, -0.5, 0, 0.5, 1, 3])
                return np.asarray(mean[place] + steps * scale[place], dtype=np.float32).astype(np.float64)
        alone = [part for part in self.parts if part is not self.model]
        first = self.model.steps[0][1] if hasattr(self.model, "steps") else self.model
        if not alone or any(part is first for part in self.parts if hasattr(part, "tree_") or _thresholds_of(part)):
            return around(self.thresholds.get(place, ()))
        return around(self.thresholds.get(place, ())) if not hasattr(self.model, "steps") else None

    def _takes_missing(self):
        steps = [step for _, step in self.model.steps] if hasattr(self.model, "steps") else [self.model]
        try:
            from sklearn.utils import get_tags

            for step in steps:
                if not get_tags(step).input_tags.allow_nan:
                    return False
                if "Imputer" in type(step).__name__:
                    return True
            return True
        except Exception:  # noqa: BLE001 -- estimators of other libraries have no tags, or other ones
            return False

    def _classes(self):
        classes = getattr(self.model, "classes_", None)
        if classes is None:
            return None
        if isinstance(classes, list):
            raise Failure("UNSUPPORTED", "The model names several labels for each row; convert one of its estimators at a time.")
        return [each.item() if hasattr(each, "item") else each for each in classes]

    def export(self):
        import skl2onnx

        graph.tolerant_attributes()
        _register(self.parts)
        types = self._types()
        options = {}
        if self.classes is not None and hasattr(self.model, "predict_proba"):
            options = {id(self.model): {"zipmap": False}}
        for part in self.parts:
            # It says how `transform` answers, and keeps `predict_proba` from being converted.
            if type(part).__name__ == "VotingClassifier":
                part.flatten_transform = False
        try:
            with _without_names(self.parts):
                model = skl2onnx.convert_sklearn(
                    self.model, initial_types=types, options=options, target_opset=OPSET
                )
            send_missing(model, self.parts)
            graph.plain_locale(model)
            return model
        except Exception as error:
            name = getattr(error, "operator_name", None) or type(error).__name__
            raise Failure(
                "UNSUPPORTED",
                f"There is no converter for all of {self.about} ({name}): {one_line(error, 300)}",
            ) from error

    def _types(self):
        from skl2onnx.common import data_types as kinds

        made = {
            "FP32": kinds.FloatTensorType,
            "FP64": kinds.DoubleTensorType,
            "INT64": kinds.Int64TensorType,
            "BOOL": kinds.BooleanTensorType,
            "BYTES": kinds.StringTensorType,
        }
        if self.text:
            return [("X", kinds.StringTensorType([None, 1]))]
        if self.mixed is not None:
            return [(name, made[kind]([None, 1])) for name, kind in zip(self.table.names, self.table.kinds)]
        return [("X", made[self.table.kinds[0]]([None, self.table.width]))]

    def predict(self, columns):
        model = self.model
        data = self._data(columns)
        try:
            if self.classes is not None:
                return [self._labels(model.predict(data)), self._scores(data)]
            if _is(model, "outlier_detector"):
                return [model.predict(data), model.decision_function(data)]
            if _is(model, "clusterer") and hasattr(model, "transform"):
                return [model.predict(data), model.transform(data)]
            answers = model.predict(data) if hasattr(model, "predict") else model.transform(data)
        except Failure:
            raise
        except Exception as error:
            raise Failure(
                "WRONG_SAMPLE",
                f"The model itself refuses the sample: {type(error).__name__}: {one_line(error)}. Give a sample of rows it takes.",
            ) from error
        return [answers.toarray() if hasattr(answers, "toarray") else answers]

    def _data(self, columns):
        if self.text:
            return [str(value) for value in columns[0]]
        if getattr(self.model, "feature_names_in_", None) is not None:
            frame = self.table.frame(columns)
            frame.columns = list(self.model.feature_names_in_)
            return frame
        if self.mixed is not None:
            return self.table.frame(columns).to_numpy(dtype=object)
        return self.table.matrix(columns)

    def _labels(self, labels):
        labels = np.asarray(labels)
        return labels.astype(np.int64) if labels.dtype.kind in "bf" else labels

    def _scores(self, data):
        if hasattr(self.model, "predict_proba"):
            return self.model.predict_proba(data)
        return self.model.decision_function(data)


def _is(model, kind):
    from sklearn import base

    return getattr(base, f"is_{kind}")(model)


def _parts(model):
    """The model, its steps and what they consist of."""
    yield model
    inner = []
    for owner, name in (("steps", None), ("transformers_", None), ("transformer_list", None)):
        for entry in getattr(model, owner, None) or ():
            inner.extend(each for each in entry if hasattr(each, "get_params"))
    for name in ("estimators_", "estimator_", "best_estimator_", "final_estimator_", "calibrated_classifiers_", "base_estimator_"):
        inner.extend(_flat(getattr(model, name, None)))
    for part in inner:
        if part is not model:
            yield from _parts(part)


def _flat(found):
    if isinstance(found, (list, tuple, np.ndarray)):
        for each in found:
            yield from _flat(each)
    elif hasattr(found, "get_params"):
        yield found


def _thresholds(part):
    tree = getattr(part, "tree_", None)
    if tree is not None and hasattr(tree, "threshold"):
        inner = tree.children_left != tree.children_right
        yield from zip(tree.feature[inner], tree.threshold[inner])
    yield from _thresholds_of(part)


def _thresholds_of(part):
    found = []
    for predictors in getattr(part, "_predictors", ()):
        for predictor in predictors:
            inner = predictor.nodes[predictor.nodes["is_leaf"] == 0]
            found.extend(zip(inner["feature_idx"], inner["num_threshold"]))
    if type(part).__module__.startswith("lightgbm"):
        from .lightgbm_model import _thresholds as of_lightgbm

        found.extend(of_lightgbm(part.booster_.dump_model()))
    if type(part).__module__.startswith("xgboost"):
        from .xgboost_model import _trees

        found.extend(_trees(part.get_booster()))
    return found


def _is_text(model):
    first = model.steps[0][1] if hasattr(model, "steps") else model
    return type(first).__name__ in ("TfidfVectorizer", "CountVectorizer")


def _words(parts):
    for part in parts:
        vocabulary = getattr(part, "vocabulary_", None)
        if vocabulary:
            words = list(vocabulary)[:200]
            return [" ".join(words[start : start + 4]) for start in range(0, len(words), 3)] + ["", "unseen word"]
    return ["one two", "three"]


def _selecting(parts):
    """The transformer that chooses columns; None where there is none."""
    return next((part for part in parts if type(part).__name__ == "ColumnTransformer"), None)


def _kinds(transformer, names, floats):
    """What each column is, as far as what it goes through says: by its place, the datatype and values that are known."""
    found = {}
    for _, step, columns in transformer.transformers_:
        places = _places(columns, names)
        first = step.steps[0][1] if hasattr(step, "steps") else step
        for offset, place in enumerate(places):
            kind = _kind_of(first, step, offset, floats)
            if kind is not None:
                found[place] = kind
    return found


def _kind_of(first, step, offset, floats):
    stages = [stage for _, stage in step.steps] if hasattr(step, "steps") else [first]
    for stage in stages:
        categories = getattr(stage, "categories_", None)
        if categories is not None and offset < len(categories):
            values = np.asarray(categories[offset])
            known = [value for value in values.tolist() if value is not None and value == value]
            if values.dtype.kind in "OUST":
                if known and all(isinstance(value, bool) for value in known):
                    return "BOOL", Only(known)
                return "BYTES", known
            if values.dtype.kind in "iu":
                return "INT64", Only(known)
            return floats, Only(known)
        mean, scale = getattr(stage, "mean_", None), getattr(stage, "scale_", None)
        if mean is not None and scale is not None and offset < len(mean):
            steps = np.array([-3, -1, -0.5, 0, 0.5, 1, 3])
            return floats, (mean[offset] + steps * scale[offset]).tolist()
    return None


def _places(columns, names):
    if isinstance(columns, slice):
        return list(range(len(names)))[columns] if not isinstance(columns.start, str) else [
            place for place in range(names.index(columns.start), names.index(columns.stop) + 1)
        ]
    if isinstance(columns, (str, int, np.integer)):
        columns = [columns]
    columns = list(columns)
    if columns and isinstance(columns[0], (bool, np.bool_)):
        return [place for place, is_chosen in enumerate(columns) if is_chosen]
    return [names.index(each) if isinstance(each, str) else int(each) for each in columns]


@contextlib.contextmanager
def _without_names(parts):
    """XGBoost's converter knows columns by their places alone."""
    boosters = [part.get_booster() for part in parts if type(part).__module__.startswith("xgboost")]
    names = [booster.feature_names for booster in boosters]
    for booster in boosters:
        booster.feature_names = None
    try:
        yield
    finally:
        for booster, own in zip(boosters, names):
            booster.feature_names = own


def _register(parts):
    """Teaches skl2onnx the estimators of other libraries, where the model has them."""
    from skl2onnx import update_registered_converter
    from skl2onnx.common.shape_calculator import (
        calculate_linear_classifier_output_shapes as classes,
        calculate_linear_regressor_output_shapes as numbers,
    )

    modules = {type(part).__module__.split(".")[0] for part in parts}
    options = {"nocl": [True, False], "zipmap": [True, False, "columns"]}
    if "xgboost" in modules:
        import xgboost
        from onnxmltools.convert.xgboost.operator_converters.XGBoost import convert_xgboost

        update_registered_converter(xgboost.XGBClassifier, "XGBoostXGBClassifier", classes, convert_xgboost, options=options)
        update_registered_converter(xgboost.XGBRegressor, "XGBoostXGBRegressor", numbers, convert_xgboost)
    if "lightgbm" in modules:
        import lightgbm
        from onnxmltools.convert.lightgbm.operator_converters.LightGbm import convert_lightgbm

        update_registered_converter(lightgbm.LGBMClassifier, "LightGbmLGBMClassifier", classes, convert_lightgbm, options=options)
        update_registered_converter(
            lightgbm.LGBMRegressor, "LightGbmLGBMRegressor", numbers, convert_lightgbm, options={"split": None}
        )
