"""Exports of scikit-learn, LightGBM and XGBoost, fitted to small data: python exports.py FOLDER"""

import sys
import warnings

import lightgbm
import numpy
import onnx
import onnxmltools
import skl2onnx
import xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as OnnxmlFloats
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn import (
    calibration, cluster, cross_decomposition, datasets, decomposition, discriminant_analysis, ensemble,
    feature_extraction, feature_selection, gaussian_process, impute, isotonic, linear_model, mixture, multiclass,
    multioutput, naive_bayes, neighbors, neural_network, pipeline, preprocessing, svm, tree,
)  # fmt: skip

from sets import save

X, CLASSES = datasets.load_iris(return_X_y=True)
X = X.astype(numpy.float32)
REAL = (X[:, 0] * 2 - X[:, 3] ** 2).astype(numpy.float32)
OPSETS = {"": 21, "ai.onnx.ml": 3}
TEXT = numpy.array(["water is wet", "salt dissolves in water", "gold does not", "a noble gas is inert", "argon is a noble gas", "sodium, chlorine"] * 4)  # fmt: skip
TOPIC = numpy.array([0, 0, 1, 2, 2, 1] * 4)


def main(folder):
    warnings.simplefilter("ignore")
    done = 0
    for name, make in {**sklearn_models(), **text_models(), **boosted_models()}.items():
        try:
            save(folder, name, *make())
            done += 1
        except Exception as error:
            print(f"{name} is not exported: {type(error).__name__}: {str(error)[:200]}")
    print(done, "exported")


def sklearn_models():
    scale = preprocessing.StandardScaler
    classifiers = [
        linear_model.LogisticRegression(max_iter=500), linear_model.RidgeClassifier(), linear_model.SGDClassifier(), linear_model.Perceptron(),
        linear_model.PassiveAggressiveClassifier(), tree.DecisionTreeClassifier(), tree.ExtraTreeClassifier(), ensemble.RandomForestClassifier(9), ensemble.ExtraTreesClassifier(9),
        ensemble.GradientBoostingClassifier(n_estimators=9), ensemble.AdaBoostClassifier(n_estimators=5),
        ensemble.BaggingClassifier(n_estimators=5), svm.SVC(probability=True), svm.LinearSVC(), svm.NuSVC(nu=0.2), neighbors.KNeighborsClassifier(), neighbors.RadiusNeighborsClassifier(radius=9.0),
        naive_bayes.GaussianNB(), naive_bayes.BernoulliNB(), naive_bayes.MultinomialNB(), naive_bayes.ComplementNB(),
        discriminant_analysis.LinearDiscriminantAnalysis(), discriminant_analysis.QuadraticDiscriminantAnalysis(), multiclass.OneVsRestClassifier(gaussian_process.GaussianProcessClassifier()),
        neural_network.MLPClassifier((8,), max_iter=200), multiclass.OneVsRestClassifier(linear_model.LogisticRegression()), multiclass.OneVsOneClassifier(linear_model.LogisticRegression()),
        calibration.CalibratedClassifierCV(naive_bayes.GaussianNB()), ensemble.VotingClassifier([("a", naive_bayes.GaussianNB()), ("b", tree.DecisionTreeClassifier())], voting="soft", flatten_transform=False),
        ensemble.StackingClassifier([("a", naive_bayes.GaussianNB()), ("b", tree.DecisionTreeClassifier())]),
        pipeline.make_pipeline(scale(), decomposition.PCA(2), svm.SVC()), pipeline.make_pipeline(preprocessing.MinMaxScaler(), neighbors.KNeighborsClassifier(3)),
    ]  # fmt: skip
    regressors = [
        linear_model.LinearRegression(), linear_model.Ridge(), linear_model.Lasso(), linear_model.ElasticNet(), linear_model.BayesianRidge(), linear_model.HuberRegressor(), linear_model.PoissonRegressor(),
        linear_model.QuantileRegressor(), linear_model.RANSACRegressor(), linear_model.TheilSenRegressor(), tree.DecisionTreeRegressor(), ensemble.RandomForestRegressor(9), ensemble.ExtraTreesRegressor(9),
        ensemble.GradientBoostingRegressor(n_estimators=9), ensemble.AdaBoostRegressor(n_estimators=5), ensemble.BaggingRegressor(n_estimators=5),
        svm.SVR(), svm.NuSVR(), svm.LinearSVR(), neighbors.KNeighborsRegressor(), neighbors.RadiusNeighborsRegressor(9.0), gaussian_process.GaussianProcessRegressor(),
        neural_network.MLPRegressor(hidden_layer_sizes=(8, 8), max_iter=200), cross_decomposition.PLSRegression(2), multioutput.MultiOutputRegressor(linear_model.Ridge()),
        ensemble.VotingRegressor([("a", linear_model.Ridge()), ("b", svm.SVR())]),
        pipeline.make_pipeline(preprocessing.PolynomialFeatures(2), scale(), linear_model.Ridge()), pipeline.make_pipeline(impute.SimpleImputer(), preprocessing.RobustScaler(), svm.SVR()),
    ]  # fmt: skip
    others = [
        cluster.KMeans(3), cluster.MiniBatchKMeans(3), mixture.GaussianMixture(2), mixture.BayesianGaussianMixture(n_components=2), ensemble.IsolationForest(n_estimators=9), svm.OneClassSVM(), neighbors.LocalOutlierFactor(novelty=True),
        decomposition.PCA(2), decomposition.KernelPCA(2, kernel="rbf"), decomposition.TruncatedSVD(2), preprocessing.Normalizer(), preprocessing.Binarizer(), preprocessing.KBinsDiscretizer(3, encode="onehot-dense"), preprocessing.PowerTransformer(),
        impute.KNNImputer(), feature_selection.SelectKBest(k=2), feature_selection.VarianceThreshold(),
    ]  # fmt: skip

    def maker(model, target):
        def make():
            model.fit(X, X[:, :2] if isinstance(model, multioutput.MultiOutputRegressor) else target)
            return converted(model, FloatTensorType([None, X.shape[1]]), X[::40])

        return make

    models = {}
    for group, target in ((classifiers, CLASSES), (regressors, REAL), (others, CLASSES)):
        for model in group:
            steps = [type(step).__name__ for _, step in model.steps] if hasattr(model, "steps") else []
            models["-".join(["sklearn", *steps] if steps else ["sklearn", type(model).__name__])] = maker(model, target)
    return models


def converted(model, kind, rows):
    def convert(options):
        return skl2onnx.convert_sklearn(model, initial_types=[("x", kind)], options=options, target_opset=OPSETS)

    try:
        # Probabilities as a tensor, not as maps.
        return convert({id(model): {"zipmap": False}}), [rows]
    except NameError:
        return convert(None), [rows]


def text_models():
    text = feature_extraction.text
    models = {
        "text-tfidf-logistic": [text.TfidfVectorizer(), linear_model.LogisticRegression()],
        "text-tfidf-pairs-perceptron": [text.TfidfVectorizer(ngram_range=(1, 2)), linear_model.Perceptron()],
        "text-counts-bayes": [text.CountVectorizer(), naive_bayes.MultinomialNB()],
        "text-binary-forest": [text.CountVectorizer(binary=True), ensemble.RandomForestClassifier(9)],
        "text-characters-ridge": [text.TfidfVectorizer(analyzer="char", ngram_range=(1, 3)), linear_model.RidgeClassifier()],
        "text-sublinear-svd-logistic": [text.TfidfVectorizer(sublinear_tf=True), decomposition.TruncatedSVD(3), linear_model.LogisticRegression()],
    }  # fmt: skip

    def maker(steps):
        def make():
            model = pipeline.make_pipeline(*steps).fit(TEXT, TOPIC)
            exported, rows = converted(model, StringTensorType([None, 1]), TEXT[:3].reshape(-1, 1))
            for node in exported.graph.node:
                if node.op_type == "StringNormalizer":
                    # The locale that is there on every machine.
                    node.attribute.append(onnx.helper.make_attribute("locale", "C"))
            return exported, rows

        return make

    categories = numpy.array([["acid", "red"], ["base", "blue"], ["salt", "red"]] * 4, dtype=object)

    def one_hot():
        model = pipeline.make_pipeline(preprocessing.OneHotEncoder(handle_unknown="ignore"), linear_model.Ridge())
        return converted(model.fit(categories, numpy.arange(12)), StringTensorType([None, 2]), categories[:3])

    def ordinal():
        model = pipeline.make_pipeline(preprocessing.OrdinalEncoder(), tree.DecisionTreeClassifier())
        model.fit(categories, numpy.arange(12) % 3)
        return converted(model, StringTensorType([None, 2]), categories[:3])

    return {**{name: maker(steps) for name, steps in models.items()}, "text-onehot-ridge": one_hot, "text-ordinal-tree": ordinal}  # fmt: skip


def boosted_models():
    kind = [("x", OnnxmlFloats([None, X.shape[1]]))]
    two = (CLASSES == 1).astype(int)

    def boosted(convert, model, target, **options):
        return lambda: (convert(model.fit(X, target), initial_types=kind, **options), [X[::40]])

    light, extreme = onnxmltools.convert_lightgbm, onnxmltools.convert_xgboost
    return {
        "lightgbm-classifier": boosted(light, lightgbm.LGBMClassifier(n_estimators=9, verbose=-1), CLASSES, zipmap=False),
        "lightgbm-binary": boosted(light, lightgbm.LGBMClassifier(n_estimators=9, verbose=-1), two, zipmap=False),
        "lightgbm-regressor": boosted(light, lightgbm.LGBMRegressor(n_estimators=9, verbose=-1), REAL),
        "lightgbm-forest": boosted(light, lightgbm.LGBMRegressor(boosting_type="rf", bagging_freq=1, bagging_fraction=0.5, n_estimators=9, verbose=-1), REAL),
        "lightgbm-poisson": boosted(light, lightgbm.LGBMRegressor(objective="poisson", n_estimators=9, verbose=-1), REAL - REAL.min() + 1),
        "lightgbm-split": boosted(light, lightgbm.LGBMRegressor(n_estimators=9, verbose=-1), REAL, split=4),
        "xgboost-classifier": boosted(extreme, xgboost.XGBClassifier(n_estimators=9), CLASSES),
        "xgboost-binary": boosted(extreme, xgboost.XGBClassifier(n_estimators=9), two),
        "xgboost-regressor": boosted(extreme, xgboost.XGBRegressor(n_estimators=9), REAL),
        "xgboost-forest": boosted(extreme, xgboost.XGBRFRegressor(n_estimators=9), REAL),
        "xgboost-poisson": boosted(extreme, xgboost.XGBRegressor(objective="count:poisson", n_estimators=9), REAL - REAL.min() + 1),
    }  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
