"""python -m retort_converters job.json"""

import json
import sys

from . import messages
from .confinement import limit, without_network
from .failure import Failure, one_line


def main(path):
    messages.open_channel()
    with open(path, encoding="utf-8") as file:
        job = json.load(file)
    limit(job.get("limits", {}))
    network = without_network(job.get("isApart", False))
    try:
        # Only now: frameworks are large, and the limits hold for them, too.
        if job.get("task") == "OPTIMISE":
            from .optimisation import optimise as work
        else:
            from .conversion import convert as work

        messages.send({"type": "result", "network": network, **work(job)})
        return 0
    except Failure as failure:
        messages.send({"type": "error", "code": failure.code, "message": failure.message, **failure.details})
    except MemoryError:
        messages.send(
            {
                "type": "error",
                "code": "OUT_OF_MEMORY",
                "message": "It needs more memory than it may take.",
            }
        )
    except Exception as error:  # noqa: BLE001 -- frameworks raise whatever they like
        import traceback

        traceback.print_exc()
        messages.send(
            {"type": "error", "code": "FAILED", "message": f"{type(error).__name__}: {one_line(error)}"}
        )
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
