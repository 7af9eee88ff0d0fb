"""
Writes NAME.txt of NAME.in: every package pinned, with the hashes of its files. Run it where PyPI can be reached:

    python -m pip install pip-tools && python converters/requirements/lock.py sklearn catboost

The files are installed with --no-deps, so that they hold what is listed and nothing else. Packages that a framework asks for and
that a conversion never imports are left out: they are most of what would be downloaded.
"""

import re
import subprocess
import sys
from pathlib import Path

#: For several GPUs, for charts, and what these need in turn.
UNUSED = {
    "contourpy",
    "cycler",
    "fonttools",
    "graphviz",
    "kiwisolver",
    "matplotlib",
    "nvidia-nccl-cu12",
    "pillow",
    "plotly",
    "pyparsing",
    "tensorboard",
}
HERE = Path(__file__).parent


def lock(name):
    source, target = HERE / f"{name}.in", HERE / f"{name}.txt"
    subprocess.run(
        [sys.executable, "-m", "piptools", "compile", "--quiet", "--generate-hashes", "--allow-unsafe", "--strip-extras"]
        + ["--no-annotate", "--no-header", "--output-file", str(target), str(source)],
        check=True,
    )
    entries = re.split(r"^(?=[A-Za-z0-9])", target.read_text(), flags=re.MULTILINE)
    kept = [entry for entry in entries if "==" in entry and re.split("==", entry)[0].lower() not in UNUSED]
    target.write_text(f"# Of {source.name}, for Python 3.11 and newer, by lock.py.\n" + "".join(kept))


if __name__ == "__main__":
    for each in sys.argv[1:]:
        lock(each)
