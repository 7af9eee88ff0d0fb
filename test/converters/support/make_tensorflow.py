"""TensorFlow models that have learned something, and others that nothing can convert: python make_tensorflow.py FOLDER"""

import json
import shutil
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

out = Path(sys.argv[1])
random = np.random.RandomState(0)
keras.utils.set_random_seed(0)
asked = {}


def keep(name, rows, answers):
    asked[name] = {"rows": np.asarray(rows).tolist(), "answers": np.asarray(answers).tolist()}


# Dense: a function of eight numbers.
features = random.normal(0, 1, (400, 8)).astype(np.float32)
target = (np.sin(features[:, 0]) + features[:, 1] * features[:, 2] + 0.3 * features[:, 3]).astype(np.float32)


class Mlp(tf.Module):
    def __init__(self):
        super().__init__()
        self.w1 = tf.Variable(random.normal(0, 0.3, (8, 32)).astype(np.float32))
        self.b1 = tf.Variable(np.zeros(32, dtype=np.float32))
        self.w2 = tf.Variable(random.normal(0, 0.3, (32, 1)).astype(np.float32))

    def hidden(self, x):
        return tf.nn.tanh(x @ self.w1 + self.b1)

    @tf.function(input_signature=[tf.TensorSpec([None, 8], tf.float32, name="features")])
    def score(self, features):
        return {"value": self.hidden(features) @ self.w2}

    @tf.function(input_signature=[tf.TensorSpec([None, 8], tf.float32, name="features")])
    def embed(self, features):
        return {"embedding": self.hidden(features), "norm": tf.norm(self.hidden(features), axis=1)}


mlp = Mlp()
optimizer = keras.optimizers.Adam(0.02)
for _ in range(100):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((mlp.score(features)["value"][:, 0] - target) ** 2)
    optimizer.apply_gradients(zip(tape.gradient(loss, mlp.trainable_variables), mlp.trainable_variables))
tf.saved_model.save(mlp, str(out / "dense"), signatures={"score": mlp.score, "embed": mlp.embed})
keep("dense", features[:6], mlp.score(features[:6])["value"])
keep("dense-embed", features[:6], mlp.embed(features[:6])["embedding"])

# Convolutional: stripes that lie, stand or lean, in noise.
kinds = random.randint(3, size=240)
across, down = np.meshgrid(np.arange(12), np.arange(12))
stripes = [np.sin(1.6 * down), np.sin(1.6 * across), np.sin(1.1 * (across + down))]
images = np.stack([stripes[kind] for kind in kinds])[..., None] + random.normal(0, 0.5, (240, 12, 12, 1))
images = images.astype(np.float32)
convolutional = keras.Sequential(
    [
        keras.Input((12, 12, 1), name="image"),
        keras.layers.Conv2D(8, 3, activation="relu", padding="same"),
        keras.layers.BatchNormalization(),
        keras.layers.MaxPooling2D(),
        keras.layers.SeparableConv2D(12, 3, activation="relu"),
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(3, activation="softmax", name="kind"),
    ]
)
convolutional.compile("adam", "sparse_categorical_crossentropy")
convolutional.fit(images, kinds, epochs=8, verbose=0)
convolutional.export(str(out / "convolutional"), verbose=False)
convolutional.save(out / "convolutional.keras")
convolutional.save(out / "convolutional.h5")
answers = convolutional(images[:4]).numpy()
for name in ("convolutional", "convolutional.keras", "convolutional.h5"):
    keep(name, images[:4], answers)


def tflite(name, model, rows, dynamic=True, **settings):
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    for key, value in settings.items():
        setattr(converter, key, value)
    content = converter.convert()
    (out / name).write_bytes(content)
    interpreter = tf.lite.Interpreter(model_content=content)
    [asks], [answers] = interpreter.get_input_details(), interpreter.get_output_details()
    if dynamic:
        interpreter.resize_tensor_input(asks["index"], rows.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(asks["index"], rows)
    interpreter.invoke()
    keep(name, rows, interpreter.get_tensor(answers["index"]))


tflite("convolutional.tflite", convolutional, images[:4])
perceptron = keras.Sequential(
    [keras.Input((8,)), keras.layers.Dense(16, activation="relu"), keras.layers.Dense(1)]
)
perceptron.compile("adam", "mse")
perceptron.fit(features, target, epochs=5, verbose=0)
perceptron.save(out / "dense.keras")
keep("dense.keras", features[:6], perceptron(features[:6]))
tflite("dense.tflite", perceptron, features[:6])


# What cannot be converted.
class Decomposing(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([None, 4, 4], tf.float32, name="x")])
    def __call__(self, x):
        return {"values": tf.linalg.svd(x, compute_uv=False)}


model = Decomposing()
tf.saved_model.save(model, str(out / "svd"), signatures=model.__call__)
tf.saved_model.save(tf.Module(), str(out / "unsigned"))
(out / "broken").mkdir()
(out / "broken" / "saved_model.pb").write_bytes(b"\x08\x01\x12\x07nothing")
lambdas = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: x * 2)])
lambdas.save(out / "lambda.keras")
shutil.make_archive(str(out / "dense"), "zip", out, "dense")
(out / "cut.tflite").write_bytes((out / "dense.tflite").read_bytes()[:600])
(out / "asked.json").write_text(json.dumps(asked))
