"""Trains the models of the examples: `train.py FEATURES MODELS`, as `npm run examples:train` calls it.

FEATURES holds what write-features.ts wrote. Into MODELS go, for each model, the graph as ONNX and what it said of rows it
had not seen. Seeds are fixed and one thread computes, so that the same versions on the same machine write the same bytes.
"""

import sys
from pathlib import Path

import binding_energy
import meat_fat
import solubility
import wine_cultivar

features, models = map(Path, sys.argv[1:3])
for name, part in (
    ("esol", solubility),
    ("binding-energy", binding_energy),
    ("meat-fat", meat_fat),
    ("wine-cultivar", wine_cultivar),
):
    print(f"training {name}", flush=True)
    part.train(features, models)
