"""PyTorch: exported programs (.pt2) and TorchScript, by torch's own exporter."""

import os
import re
import tempfile

import numpy as np

from ..failure import Failure, one_line
from .tensor_model import TensorModel, load, plain_dimensions

OPSET = 18
#: How the two exporters name an operator that they have no form for.
_UNSUPPORTED = re.compile(r"No ONNX function found for <OpOverload\(op='([^']+)'|the operator '([^']+)' to ONNX")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def read(job):
    import torch

    torch.set_grad_enabled(False)
    if job["format"] == "TORCH_EXPORT":
        try:
            program = torch.export.load(job["source"])
        except Exception as error:
            raise Failure("UNREADABLE", f"PyTorch {torch.__version__} cannot read the program: {one_line(error)}") from error
        return ExportedProgram(program)
    try:
        module = torch.jit.load(job["source"], map_location="cpu").eval()
    except Exception as error:
        raise Failure("UNREADABLE", f"PyTorch {torch.__version__} cannot read the TorchScript: {one_line(error)}") from error
    return TorchScript(module, job["options"])


class TorchModel(TensorModel):
    tools = ("torch", "onnxscript", "onnxruntime", "onnx")

    def _exported(self, export):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.onnx")
            try:
                export(path)
            except Exception as error:
                raise _not_exported(error) from error
            return plain_dimensions(load(path))

    def _tensors(self, feeds):
        import torch

        return [torch.from_numpy(np.ascontiguousarray(feeds[name])) for name, _, _ in self._inputs()]

    def run(self, feeds):
        try:
            answers = self.call(*self._tensors(feeds))
        except Exception as error:
            raise Failure(
                "WRONG_SAMPLE", f"The model itself refuses the sample: {one_line(error)}. Give a sample that it takes."
            ) from error
        return [each.detach().numpy() for each in _flat(answers)]


class ExportedProgram(TorchModel):
    def __init__(self, program):
        import torch

        self.program = program
        self.call = program.module()
        self.about = f"an exported program of PyTorch {torch.__version__}"

    def export(self):
        import torch

        return self._exported(
            lambda path: torch.onnx.export(self.program, (), path, dynamo=True, opset_version=OPSET, external_data=False, verbose=False)
        )


class TorchScript(TorchModel):
    """It does not say what it takes: `options.inputs` does."""

    def __init__(self, module, options):
        import torch

        self.module = self.call = module
        self.declared = options.get("inputs")
        self.outputs = options.get("outputs")
        if not isinstance(self.declared, list) or not all(isinstance(each, dict) and "shape" in each for each in self.declared):
            raise Failure(
                "WRONG_OPTIONS",
                'TorchScript does not say what it takes: expected options.inputs, such as [{"name": "x", "datatype": "FP32", '
                '"shape": [-1, 3, 32, 32]}], with -1 for a variable dimension.',
            )
        self.about = f"TorchScript, read by PyTorch {torch.__version__}"

    def export(self):
        import torch

        from ..tensors import dtype_of

        examples, axes, names = [], {}, []
        for place, spec in enumerate(self.declared):
            name = str(spec.get("name", f"input_{place}"))
            shape = [4 if size == -1 else int(size) for size in spec["shape"]]
            kind = dtype_of(spec.get("datatype", "FP32"))
            examples.append(torch.from_numpy(np.zeros(shape, dtype=kind)))
            names.append(name)
            axes[name] = {axis: f"{name}_{axis}" if axis else "batch" for axis, size in enumerate(spec["shape"]) if size == -1}
        try:
            found = list(_flat(self.module(*examples)))
        except Exception as error:
            reason = str(error).strip().splitlines()[-1]
            raise Failure(
                "WRONG_OPTIONS", f"The model refuses tensors of the shapes in options.inputs: {one_line(reason)}"
            ) from error
        outputs = [str(name) for name in self.outputs or [f"output_{place}" for place in range(len(found))]]
        if any(0 in each for each in axes.values()):
            axes.update({name: {0: "batch"} for name in outputs})
        return self._exported(
            lambda path: torch.onnx.export(
                self.module,
                tuple(examples),
                path,
                dynamo=False,
                opset_version=17,
                input_names=names,
                output_names=outputs,
                dynamic_axes=axes,
            )
        )


def _not_exported(error):
    said, cause = [], error
    while cause is not None:
        said.append(_COLOURS.sub("", str(cause)))
        cause = cause.__cause__
    operators = sorted({one or other for one, other in _UNSUPPORTED.findall("\n".join(said))})
    if operators:
        return Failure(
            "UNSUPPORTED_OPERATOR",
            f"PyTorch has no ONNX form for the operator{'s' if len(operators) > 1 else ''} {', '.join(operators)}. "
            "Leave them out of what is exported, or write them with others.",
        )
    return Failure("UNSUPPORTED", f"PyTorch cannot export the model: {one_line(said[0])}")


def _flat(answers):
    if isinstance(answers, dict):
        answers = list(answers.values())
    if isinstance(answers, (list, tuple)):
        for each in answers:
            yield from _flat(each)
    else:
        yield answers
