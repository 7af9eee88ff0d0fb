"""
Triton from the wheel of nvidia-pytriton, on the processor, serving artifacts by its Python backend:

    python serve.py --http-port 8000 esol=model.onnx binding-energy=sha256:…

A Triton of NVIDIA's container has an ONNX backend of its own and needs none of this.
"""

import argparse
import os
import shutil
import sys
import sysconfig
from pathlib import Path

import pytriton

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from retort_onnx import OnnxModel  # noqa: E402


def configuration(name, artifact, model, instances):
    """Dimensions are written whole: a graph's first one need not be rows."""

    def tensors(kind, specs):
        return "".join(
            f'{kind} [{{ name: "{spec["name"]}" data_type: TYPE_{spec["datatype"].replace("BYTES", "STRING")} dims: {spec["shape"]} }}]\n'
            for spec in specs
        )

    return (
        f'name: "{name}"\nbackend: "python"\nmax_batch_size: 0\n'
        + tensors("input", model.inputs)
        + tensors("output", model.outputs)
        + f"instance_group [{{ kind: KIND_CPU count: {instances} }}]\n"
        + f'parameters {{ key: "artifact" value: {{ string_value: "{artifact}" }} }}\n'
    )


def repository(folder, models, instances):
    for text in models:
        name, artifact = text.split("=", 1)
        if not artifact.startswith("sha256:"):
            artifact = str(Path(artifact).resolve())
        model = folder / name
        (model / "1").mkdir(parents=True)
        (model / "config.pbtxt").write_text(configuration(name, artifact, OnnxModel(artifact), instances))
        shutil.copy(HERE / "model.py", model / "1" / "model.py")


def backends(folder, server):
    """The Python backend, with the stub of this Python beside it, where Triton looks for it."""
    python = folder / "python"
    python.mkdir(parents=True)
    for file in (server / "backends" / "python").iterdir():
        if file.is_file():
            (python / file.name).symlink_to(file)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    (python / "triton_python_backend_stub").symlink_to(server / "python_backend_stubs" / version / "triton_python_backend_stub")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--http-port", type=int, default=8000)
    parser.add_argument("--http-address", default="0.0.0.0")
    parser.add_argument("--instances", type=int, default=1, help="copies of each model")
    parser.add_argument("--folder", type=Path, required=True, help="where the model repository is made anew")
    parser.add_argument("models", nargs="+", metavar="NAME=ARTIFACT")
    arguments = parser.parse_args()
    shutil.rmtree(arguments.folder, ignore_errors=True)
    server = Path(pytriton.__file__).parent / "tritonserver"
    repository(arguments.folder / "models", arguments.models, arguments.instances)
    backends(arguments.folder / "backends", server)
    packages = sysconfig.get_paths()["purelib"]
    libraries = [*map(str, Path(packages).glob("nvidia_pytriton.libs")), sysconfig.get_config_var("LIBDIR")]
    environment = {
        **os.environ,
        "LD_LIBRARY_PATH": os.pathsep.join([*libraries, os.environ.get("LD_LIBRARY_PATH", "")]),
        "RETORT_TRITON_PATH": os.pathsep.join([packages, str(HERE.parent)]),
    }
    program = str(server / "bin" / "tritonserver")
    options = {
        "--model-repository": arguments.folder / "models",
        "--backend-directory": arguments.folder / "backends",
        "--http-port": arguments.http_port,
        "--http-address": arguments.http_address,
        "--allow-grpc": "false",
        "--allow-metrics": "false",
    }
    os.execve(program, [program, *(f"{name}={value}" for name, value in options.items())], environment)


if __name__ == "__main__":
    main()
