"""
Writes NAME.txt of NAME.in: every package pinned, with the hashes of its files. Run it where PyPI can be reached:

    python -m pip install pip-tools && python converters/requirements/lock.py sklearn catboost

The files are installed with --no-deps, so that they hold what is listed and nothing else. Packages that a framework asks for and
that a conversion never imports are left out: they are most of what would be downloaded.
"""

import hashlib
import re
import subprocess
import sys
import tempfile
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
    # Where what is wanted contradicts itself, every package is listed.
    is_whole = "# --no-deps" in source.read_text()
    entries = listed(source) if is_whole else resolved(source, target)
    target.write_text(f"# Of {source.name}, for Python 3.11{'' if is_whole else ' and newer'}, by lock.py.\n" + "".join(entries))


def resolved(source, target):
    subprocess.run(
        [sys.executable, "-m", "piptools", "compile", "--quiet", "--generate-hashes", "--allow-unsafe", "--strip-extras"]
        + ["--no-annotate", "--no-header", "--output-file", str(target), str(source)],
        check=True,
    )
    entries = re.split(r"^(?=[A-Za-z0-9])", target.read_text(), flags=re.MULTILINE)
    return [entry for entry in entries if "==" in entry and entry.split("==")[0].lower() not in UNUSED]


def listed(source):
    """The files that pip takes on this machine."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
            + ["--dest", folder, "--requirement", str(source)],
            check=True,
        )
        for file in sorted(Path(folder).iterdir(), key=lambda path: path.name.lower()):
            name, version = file.name.split("-")[:2]
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            yield f"{name.lower().replace('_', '-')}=={version} \\\n    --hash=sha256:{digest}\n"


if __name__ == "__main__":
    for each in sys.argv[1:]:
        lock(each)
