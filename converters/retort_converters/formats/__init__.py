"""How models of each framework are read. A framework is imported only when one of its models is."""

import importlib

_MODULES = {
    "SKLEARN": "sklearn_model",
    "XGBOOST": "xgboost_model",
    "LIGHTGBM": "lightgbm_model",
    "CATBOOST": "catboost_model",
    "SAVED_MODEL": "tensorflow_model",
    "KERAS": "tensorflow_model",
    "TFLITE": "tensorflow_model",
    "TORCH_EXPORT": "torch_model",
    "TORCHSCRIPT": "torch_model",
    "MXNET": "mxnet_model",
}


def source_of(job):
    """@returns what `conversion.convert` asks: `about`, `tools`, `warnings`, `convert`, `sample`, `answer` and `ties`"""
    module = importlib.import_module(f".{_MODULES[job['format']]}", __package__)
    return module.read(job)
