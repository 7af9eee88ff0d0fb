"""Real models, made by the frameworks themselves: python make_models.py FOLDER"""

import json
import pickle
import sys
import warnings
from pathlib import Path

import joblib
import lightgbm
import numpy as np
import pandas
import xgboost
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

warnings.simplefilter("ignore")
out = Path(sys.argv[1])
iris, diabetes = load_iris(), load_diabetes(as_frame=True)
species = iris.target_names[iris.target]
asked = {}


def keep(name, model, rows, answers):
    (out / name).write_bytes(pickle.dumps(model))
    asked[name] = {"rows": rows, "answers": np.asarray(answers).tolist()}


mlp = make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(16, 8), max_iter=200, random_state=0))
mlp.fit(diabetes.data.to_numpy(), diabetes.target)
rows = diabetes.data.to_numpy()[:5].astype(np.float32)
keep("mlp.pkl", mlp, rows.tolist(), mlp.predict(rows))

forest = RandomForestClassifier(20, random_state=0).fit(iris.data, species)
rows = iris.data[48:53].astype(np.float32)
keep("forest.pkl", forest, rows.tolist(), forest.predict_proba(rows))
joblib.dump(forest, out / "forest.joblib", compress=3)
(out / "forest-of-another-version.pkl").write_bytes(
    (out / "forest.pkl").read_bytes().replace(b"\x8c\x051.9.1", b"\x8c\x051.2.2")
)

named = lightgbm.LGBMRegressor(n_estimators=20, verbose=-1).fit(diabetes.data, diabetes.target)
rows = diabetes.data.iloc[:5].astype(np.float32)
keep("named.pkl", named, rows.to_dict(orient="records"), named.predict(rows))

random = np.random.RandomState(0)
people = pandas.DataFrame(
    {"age": random.normal(40, 10, 300).round(1), "city": random.choice(["Bern", "Rome", "Vienna"], 300)}
)
known = np.where(people.age + 5 * (people.city == "Rome") + random.normal(0, 3, 300) > 40, "yes", "no")
mixed = make_pipeline(
    make_column_transformer((StandardScaler(), ["age"]), (OneHotEncoder(), ["city"])),
    GradientBoostingClassifier(n_estimators=10),
).fit(people, known)
keep("mixed.pkl", mixed, people.iloc[:5].to_dict(orient="records"), mixed.predict_proba(people.iloc[:5]))

booster = lightgbm.train(
    {"objective": "multiclass", "num_class": 3, "verbose": -1}, lightgbm.Dataset(iris.data, iris.target), 20
)
booster.save_model(out / "lightgbm.txt")
rows = iris.data[48:53].astype(np.float32)
asked["lightgbm.txt"] = {"rows": rows.tolist(), "answers": booster.predict(rows).tolist()}

booster = xgboost.train({"objective": "reg:squarederror"}, xgboost.DMatrix(diabetes.data, diabetes.target), 20)
booster.save_model(out / "xgboost.json")
booster.save_model(out / "xgboost.ubj")
rows = diabetes.data.iloc[:5].astype(np.float32)
asked["xgboost.json"] = {
    "rows": rows.to_dict(orient="records"),
    "answers": booster.predict(xgboost.DMatrix(rows)).tolist(),
}
texts = ["The cat SAT on a mat", "dogs bark at night", "stars shine at Night", "quiet mats"] * 5
words = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, ["pet", "pet", "sky", "pet"] * 5)
rows = ["the Cat barks", "SHINE über dogs", "Night"]
keep("words.pkl", words, [[row] for row in rows], words.predict_proba(rows))

# Objectives whose answer is no sum of trees as it stands: a class, and the order within a group.
booster = xgboost.train(
    {"objective": "multi:softmax", "num_class": 3}, xgboost.DMatrix(iris.data, iris.target), 10
)
booster.save_model(out / "softmax.json")
rows = iris.data[48:53].astype(np.float32)
asked["softmax.json"] = {"rows": rows.tolist(), "answers": booster.predict(xgboost.DMatrix(rows)).tolist()}
groups = xgboost.DMatrix(iris.data, iris.target)
groups.set_group([50, 50, 50])
booster = xgboost.train({"objective": "rank:ndcg"}, groups, 10)
booster.save_model(out / "rank.json")
asked["rank.json"] = {"rows": rows.tolist(), "answers": booster.predict(xgboost.DMatrix(rows)).tolist()}
(out / "asked.json").write_text(json.dumps(asked))


class Elsewhere:
    def __reduce__(self):
        import os

        return os.system, ("true",)


class Endless:
    def __reduce__(self):
        from collections import deque

        return deque, (range(10**17), 0)


class Hoarding:
    def __reduce__(self):
        return list, (range(10**12),)


(out / "endless.pkl").write_bytes(pickle.dumps(Endless()))
(out / "hoarding.pkl").write_bytes(pickle.dumps(Hoarding()))
(out / "elsewhere.pkl").write_bytes(pickle.dumps(Elsewhere()))
(out / "list.pkl").write_bytes(pickle.dumps([1, 2, 3]))
(out / "cut.pkl").write_bytes((out / "forest.pkl").read_bytes()[:5000])
# More than a gigabyte of zeros in a megabyte: joblib unpacks it before anybody has looked at it.
joblib.dump(np.zeros(150_000_000), out / "bomb.joblib", compress=("zlib", 1))
