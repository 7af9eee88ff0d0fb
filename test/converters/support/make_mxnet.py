"""MXNet models that have learned something, as a symbol and its parameters: python make_mxnet.py FOLDER"""

import json
import sys
from pathlib import Path

import mxnet as mx
import numpy as np
from mxnet import autograd, gluon
from mxnet.gluon import nn

out = Path(sys.argv[1])
random = np.random.RandomState(0)
mx.random.seed(0)
asked = {}


def trained(net, rows, targets, loss, epochs):
    net.initialize(mx.init.Xavier())
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.02})
    rows, targets = mx.nd.array(rows), mx.nd.array(targets)
    for _ in range(epochs):
        with autograd.record():
            distance = loss(net(rows), targets)
        distance.backward()
        trainer.step(len(rows))
    return net


def keep(name, net, rows):
    (out / name).mkdir()
    answers = net(mx.nd.array(rows)).asnumpy()
    net.export(str(out / name / "model"), epoch=3)
    asked[name] = {"rows": rows.tolist(), "answers": answers.tolist()}


features = random.normal(0, 1, (300, 8)).astype(np.float32)
target = (np.sin(features[:, 0]) + features[:, 1] * features[:, 2]).astype(np.float32)
dense = nn.HybridSequential()
dense.add(nn.Dense(32, activation="tanh"), nn.Dense(16, activation="relu"), nn.Dense(1))
keep("dense", trained(dense, features, target[:, None], gluon.loss.L2Loss(), 60), features[:6])

kinds = random.randint(3, size=120)
across, down = np.meshgrid(np.arange(12), np.arange(12))
stripes = [np.sin(1.6 * down), np.sin(1.6 * across), np.sin(1.1 * (across + down))]
images = np.stack([stripes[kind] for kind in kinds])[:, None] + random.normal(0, 0.5, (120, 1, 12, 12))
images = images.astype(np.float32)
convolutional = nn.HybridSequential()
convolutional.add(
    nn.Conv2D(8, 3, padding=1),
    nn.BatchNorm(),
    nn.Activation("relu"),
    nn.MaxPool2D(),
    nn.Conv2D(12, 3, activation="relu"),
    nn.GlobalAvgPool2D(),
    nn.Flatten(),
    nn.Dense(3),
)
keep(
    "convolutional",
    trained(convolutional, images, kinds, gluon.loss.SoftmaxCrossEntropyLoss(), 15),
    images[:4],
)

# As the Module API of older MXNet writes it: with the output of training at its end.
data = mx.sym.var("data")
hidden = mx.sym.Activation(mx.sym.FullyConnected(data, num_hidden=16, name="fc1"), act_type="relu")
module = mx.mod.Module(mx.sym.SoftmaxOutput(mx.sym.FullyConnected(hidden, num_hidden=3, name="fc2"), name="softmax"))
labels = (features[:, 0] > 0).astype(np.float32) + (features[:, 1] > 0)
module.fit(mx.io.NDArrayIter(features, labels, 50), num_epoch=5, initializer=mx.init.Xavier())
(out / "module").mkdir()
module.save_checkpoint(str(out / "module" / "m"), 5)
weights, _ = module.get_params()
w1, b1, w2, b2 = (weights[name].asnumpy() for name in ("fc1_weight", "fc1_bias", "fc2_weight", "fc2_bias"))
scores = np.exp(np.maximum(features[:6] @ w1.T + b1, 0) @ w2.T + b2)
answers = scores / scores.sum(axis=1, keepdims=True)
asked["module"] = {"rows": features[:6].tolist(), "answers": answers.tolist()}

# A symbol of an operator that has no ONNX form.
data = mx.sym.var("data")
(out / "erfinv").mkdir()
mx.sym.erfinv(mx.sym.FullyConnected(data, num_hidden=2, name="fc")).save(str(out / "erfinv" / "m-symbol.json"))
mx.nd.save(
    str(out / "erfinv" / "m-0000.params"),
    {"arg:fc_weight": mx.nd.ones((2, 8)) * 0.01, "arg:fc_bias": mx.nd.zeros(2)},
)
(out / "alone").mkdir()
(out / "alone" / "m-symbol.json").write_bytes((out / "dense" / "model-symbol.json").read_bytes())
(out / "alone" / "README").write_text("no parameters here")
(out / "asked.json").write_text(json.dumps(asked))
