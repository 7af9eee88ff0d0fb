"""CatBoost models that have learned something, and one of categories: python make_catboost.py FOLDER"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas
from catboost import CatBoostClassifier, CatBoostRegressor

out = Path(sys.argv[1])
random = np.random.RandomState(0)
asked = {}
table = pandas.DataFrame(random.normal(0, 1, (300, 4)).astype(np.float32), columns=["mass", "charge", "radius", "spin"])
energy = 3 * table.mass + table.charge * table.radius
settings = {"iterations": 30, "depth": 4, "verbose": False, "allow_writing_files": False, "random_seed": 0}

regression = CatBoostRegressor(**settings).fit(table, energy)
regression.save_model(str(out / "regression.cbm"))
rows = table.iloc[:5]
asked["regression.cbm"] = {"rows": rows.to_dict(orient="records"), "answers": regression.predict(rows).tolist()}

kinds = np.where(energy > 1, "bound", np.where(energy < -1, "free", "unknown"))
classes = CatBoostClassifier(**settings).fit(table, kinds)
classes.save_model(str(out / "classes.cbm"))
asked["classes.cbm"] = {
    "rows": rows.to_dict(orient="records"),
    "answers": [dict(zip(classes.classes_.tolist(), row)) for row in classes.predict_proba(rows).tolist()],
}

categories = table.assign(place=random.choice(["Bern", "Rome"], 300))
CatBoostRegressor(**settings, cat_features=["place"]).fit(categories, energy).save_model(str(out / "categories.cbm"))
(out / "asked.json").write_text(json.dumps(asked))
