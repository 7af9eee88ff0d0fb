"""TensorFlow: SavedModel folders, Keras files and TensorFlow Lite, by tf2onnx."""

import logging
import os
import re
import shutil
import sys
import tempfile

import numpy as np

from ..failure import Failure, one_line
from ..messages import log
from .tensor_model import TensorModel, load, plain_dimensions

OPSET = 18
_UNSUPPORTED = re.compile(r"(?:Tensorflow|TFLite) op \[(.+?): (\w+)\] is not supported", re.IGNORECASE)


def read(job):
    kind = job["format"]
    if kind == "TFLITE":
        return TfliteModel(job["source"])
    if kind == "KERAS":
        return SavedModel(_exported(job["source"]), job["signature"], "a Keras model")
    return SavedModel(job["source"], job["signature"], "a SavedModel")


def _exported(path):
    """A Keras model as a SavedModel: the one way that converts all of them."""
    import keras

    if open(path, "rb").read(8) == b"\x89HDF\r\n\x1a\n":
        # Keras goes by what a file is called.
        named = os.path.join(tempfile.mkdtemp(), "model.h5")
        shutil.copyfile(path, named)
        path = named
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:
        raise Failure("UNREADABLE", f"Keras {keras.__version__} cannot read the model: {one_line(error)}") from error
    folder = tempfile.mkdtemp()
    try:
        model.export(folder, verbose=False)
    except Exception as error:
        raise Failure("UNSUPPORTED", f"Keras cannot export the model as a SavedModel: {one_line(error)}") from error
    return folder


class SavedModel(TensorModel):
    tools = ("tf2onnx", "tensorflow-cpu", "keras", "onnxruntime", "onnx")

    def __init__(self, folder, signature, what):
        import tensorflow as tf

        self.folder = folder
        try:
            self.loaded = tf.saved_model.load(folder)
        except Exception as error:
            raise Failure("UNREADABLE", f"TensorFlow {tf.__version__} cannot read the model: {one_line(error)}") from error
        known = sorted(self.loaded.signatures)
        self.signature = _chosen(known, signature)
        self.function = self.loaded.signatures[self.signature]
        self.about = f"{what} of TensorFlow {tf.__version__}, signature {self.signature}"

    def export(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.onnx")
            _tf2onnx(
                ["--saved-model", self.folder, "--tag", "serve", "--signature_def", self.signature], path
            )
            model = load(path)
        _, wanted = self.function.structured_input_signature
        _plain_names(model, list(wanted), list(self.function.structured_outputs))
        unused = sorted(set(wanted) - {value.name for value in model.graph.input})
        if unused:
            raise Failure(
                "UNSUPPORTED",
                f"The signature {self.signature} takes {', '.join(unused)}, on which its answers do not depend, so that the "
                "graph has no such input: save the model with a signature without it.",
            )
        missing = sorted({value.name for value in model.graph.output} - set(self.function.structured_outputs))
        if missing:
            raise Failure("UNSUPPORTED", f"tf2onnx calls outputs {', '.join(missing)}, which the signature does not know.")
        return plain_dimensions(model)

    def run(self, feeds):
        import tensorflow as tf

        _, wanted = self.function.structured_input_signature
        try:
            answers = self.function(**{name: tf.constant(feeds[name], dtype=spec.dtype) for name, spec in wanted.items()})
        except Exception as error:
            raise Failure(
                "WRONG_SAMPLE", f"The model itself refuses the sample: {one_line(error)}. Give a sample that it takes."
            ) from error
        # In the order of the graph's outputs.
        names = [value.name for value in self.model.graph.output]
        return [_plain(answers[name].numpy()) for name in names]


class TfliteModel(TensorModel):
    tools = ("tf2onnx", "tensorflow-cpu", "onnxruntime", "onnx")

    def __init__(self, path):
        import tensorflow as tf

        self.path = path
        try:
            self.interpreter = tf.lite.Interpreter(model_path=path)
            self.interpreter.allocate_tensors()
        except Exception as error:
            raise Failure("UNREADABLE", f"TensorFlow {tf.__version__} cannot read the model: {one_line(error)}") from error
        self.about = f"a TensorFlow Lite model, read by TensorFlow {tf.__version__}"

    def export(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.onnx")
            _tf2onnx(["--tflite", self.path], path)
            return plain_dimensions(load(path))

    def run(self, feeds):
        details = {detail["name"]: detail for detail in self.interpreter.get_input_details()}
        for name, values in feeds.items():
            detail = details.get(name) or details[name.removesuffix(":0")]
            if list(detail["shape"]) != list(values.shape):
                self.interpreter.resize_tensor_input(detail["index"], values.shape)
        self.interpreter.allocate_tensors()
        for name, values in feeds.items():
            detail = details.get(name) or details[name.removesuffix(":0")]
            self.interpreter.set_tensor(detail["index"], values)
        self.interpreter.invoke()
        found = {detail["name"]: self.interpreter.get_tensor(detail["index"]) for detail in self.interpreter.get_output_details()}
        return [found[value.name] for value in self.model.graph.output]


def _chosen(known, wanted):
    if not known:
        raise Failure(
            "NO_SIGNATURE",
            "The SavedModel has no signatures, so nothing says what it takes and answers: save it with "
            "tf.saved_model.save(model, folder, signatures=…), or a Keras model with model.export(folder).",
        )
    if wanted is not None:
        if wanted not in known:
            raise Failure("NO_SIGNATURE", f"Expected a signature of {', '.join(known)}, got {wanted!r}.")
        return wanted
    if "serving_default" in known:
        return "serving_default"
    if len(known) == 1:
        return known[0]
    raise Failure("NO_SIGNATURE", f"The SavedModel has several signatures: say which of {', '.join(known)}.")


def _tf2onnx(source, target):
    """Its command line in this process, so that it is under the same limits and what it says can be heard."""
    from tf2onnx import convert

    heard = []

    class Listener(logging.Handler):
        def emit(self, record):
            heard.append(record.getMessage())

    listener = Listener(level=logging.WARNING)
    own = sys.argv
    sys.argv = ["tf2onnx", *source, "--opset", str(OPSET), "--output", target]
    logging.getLogger().addHandler(listener)
    logging.getLogger("tf2onnx").addHandler(listener)
    failure = None
    try:
        convert.main()
    except (Exception, SystemExit) as error:  # noqa: BLE001
        failure = error
    finally:
        sys.argv = own
        logging.getLogger().removeHandler(listener)
        logging.getLogger("tf2onnx").removeHandler(listener)
    unsupported = sorted({match[1] for line in heard for match in _UNSUPPORTED.findall(line)})
    if unsupported:
        raise Failure(
            "UNSUPPORTED_OPERATOR",
            f"tf2onnx has no ONNX form for the operator{'s' if len(unsupported) > 1 else ''} {', '.join(unsupported)} "
            f"(operator set {OPSET}). Leave them out of the served function, or write them with others.",
        )
    if failure is not None or not os.path.exists(target):
        raise Failure("UNSUPPORTED", f"tf2onnx cannot convert the model: {one_line(failure)}") from failure
    for line in heard[:5]:
        log(one_line(line, 300))


def _plain_names(model, inputs, outputs):
    """tf2onnx keeps the names of signatures, or those with `:0` behind them."""
    for values, names in ((model.graph.input, inputs), (model.graph.output, outputs)):
        for value in values:
            name = value.name.removesuffix(":0")
            if name != value.name and name in names:
                for node in model.graph.node:
                    for own in (node.input, node.output):
                        for place, other in enumerate(own):
                            if other == value.name:
                                own[place] = name
                value.name = name


def _plain(values):
    if values.dtype.kind == "O":
        return np.array([each.decode() if isinstance(each, bytes) else each for each in values.reshape(-1)], dtype=object).reshape(values.shape)
    return values
