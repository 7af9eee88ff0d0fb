"""Exports of networks from JAX (flax), with weights as they are drawn: python exports_networks.py FOLDER

Of a virtual environment with `jax flax jax2onnx` beside what requirements.txt lists.
"""

import sys

import jax
import jax.numpy as jnp
import numpy
from flax import nnx
from jax2onnx import to_onnx

from sets import save


class Dense(nnx.Module):
    def __init__(self, rngs, normal=None):
        self.first, self.second = nnx.Linear(6, 16, rngs=rngs), nnx.Linear(16, 3, rngs=rngs)
        self.normal = normal(16, rngs=rngs) if normal else None

    def __call__(self, x):
        x = self.first(x)
        return nnx.softmax(self.second(nnx.gelu(self.normal(x) if self.normal else x)))


class Convolutional(nnx.Module):
    def __init__(self, rngs, normal=nnx.BatchNorm, residual=False, pool="mean"):
        self.stem = nnx.Conv(3, 8, (3, 3), rngs=rngs)
        self.normal = normal(8, rngs=rngs)
        self.depthwise = nnx.Conv(8, 8, (3, 3), feature_group_count=8, rngs=rngs)
        self.head = nnx.Linear(8 * 8 * 8 if pool == "flat" else 8, 5, rngs=rngs)
        self.residual, self.pool = residual, pool

    def __call__(self, x):
        x = nnx.relu(self.normal(self.stem(x)))
        x = x + self.depthwise(x) if self.residual else self.depthwise(x)
        if self.pool == "max":
            x = nnx.max_pool(x, window_shape=(2, 2), strides=(2, 2))
        return self.head(x.reshape(x.shape[0], -1) if self.pool == "flat" else jnp.mean(x, axis=(1, 2)))


class Encoder(nnx.Module):
    """Tokens in, classes out; with causal, one step of a decoder."""

    def __init__(self, rngs, causal=False, layers=2):
        self.embed = nnx.Embed(30, 16, rngs=rngs)
        self.places = nnx.Param(jax.random.normal(rngs.params(), (7, 16)))
        blocks = range(layers)
        self.attend = nnx.List([nnx.MultiHeadAttention(4, 16, decode=False, rngs=rngs) for _ in blocks])
        self.before = nnx.List([nnx.LayerNorm(16, rngs=rngs) for _ in blocks])
        self.after = nnx.List([nnx.LayerNorm(16, rngs=rngs) for _ in blocks])
        self.up = nnx.List([nnx.Linear(16, 32, rngs=rngs) for _ in blocks])
        self.down = nnx.List([nnx.Linear(32, 16, rngs=rngs) for _ in blocks])
        self.head = nnx.Linear(16, 4, rngs=rngs)
        self.causal = causal

    def __call__(self, tokens):
        x = self.embed(tokens) + self.places[...]
        mask = jnp.tril(jnp.ones((1, 1, 7, 7), dtype=bool)) if self.causal else None
        for attend, before, after, up, down in zip(self.attend, self.before, self.after, self.up, self.down):
            x = x + attend(before(x), mask=mask)
            x = x + down(nnx.gelu(up(after(x))))
        return self.head(x if self.causal else jnp.mean(x, axis=1))


class Patches(nnx.Module):
    """Transformer over patches of an image."""

    def __init__(self, rngs):
        self.cut = nnx.Conv(3, 16, (4, 4), strides=(4, 4), padding="VALID", rngs=rngs)
        self.attend = nnx.MultiHeadAttention(2, 16, decode=False, rngs=rngs)
        self.normal, self.head = nnx.LayerNorm(16, rngs=rngs), nnx.Linear(16, 5, rngs=rngs)

    def __call__(self, x):
        x = self.cut(x)
        x = x.reshape(x.shape[0], -1, 16)
        return self.head(jnp.mean(x + self.attend(self.normal(x)), axis=1))


class Recurrent(nnx.Module):
    def __init__(self, rngs, cell=nnx.GRUCell):
        self.cell, self.head = cell(6, 8, rngs=rngs), nnx.Linear(8, 2, rngs=rngs)

    def __call__(self, x):
        state = self.cell.initialize_carry((x.shape[0], 6), nnx.Rngs(0))
        for step in range(5):
            state, seen = self.cell(state, x[:, step])
        return self.head(seen)


def networks():
    random = numpy.random.default_rng(1)
    flat, image, steps = (random.normal(size=size).astype(numpy.float32) for size in ((3, 6), (3, 8, 8, 3), (3, 5, 6)))
    tokens = random.integers(0, 30, size=(3, 7)).astype(numpy.int32)
    return {
        "dense": (Dense, {}, flat),
        "dense-layernorm": (Dense, {"normal": nnx.LayerNorm}, flat),
        "dense-batchnorm": (Dense, {"normal": nnx.BatchNorm}, flat),
        "dense-rmsnorm": (Dense, {"normal": nnx.RMSNorm}, flat),
        "conv-mean": (Convolutional, {}, image),
        "conv-flat": (Convolutional, {"pool": "flat"}, image),
        "conv-max": (Convolutional, {"pool": "max"}, image),
        "conv-residual": (Convolutional, {"residual": True}, image),
        "conv-groupnorm": (Convolutional, {"normal": lambda size, rngs: nnx.GroupNorm(size, num_groups=4, rngs=rngs)}, image),
        "conv-layernorm": (Convolutional, {"normal": nnx.LayerNorm, "residual": True}, image),
        "transformer-encoder": (Encoder, {}, tokens),
        "transformer-causal": (Encoder, {"causal": True}, tokens),
        "transformer-deep": (Encoder, {"layers": 6}, tokens),
        "transformer-image": (Patches, {}, image),
        "recurrent-gru": (Recurrent, {}, steps),
        "recurrent-lstm": (Recurrent, {"cell": nnx.OptimizedLSTMCell}, steps),
    }  # fmt: skip


def main(folder):
    for name, (kind, options, rows) in networks().items():
        try:
            network = kind(nnx.Rngs(0), **options)
            network.eval()
            shape = jax.ShapeDtypeStruct(("B", *rows.shape[1:]), rows.dtype)
            save(folder, f"jax-{name}", to_onnx(network, inputs=[shape]), [rows])
        except Exception as error:
            print(f"{name} is not exported: {type(error).__name__}: {str(error)[:200]}")


if __name__ == "__main__":
    main(*sys.argv[1:])
