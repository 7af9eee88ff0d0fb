"""Turns models of other frameworks into ONNX, each in a process of its own: see converters/README.md."""

VERSION = "1.0.0"
