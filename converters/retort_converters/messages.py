"""What a converter tells the server: a JSON object a line."""

import json
import os
import sys

_out = None


def open_channel():
    """Keeps the real standard output for messages: whatever a framework prints goes to standard error instead."""
    global _out
    _out = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="replace")
    os.dup2(2, 1)
    sys.stdout = sys.stderr


def send(message):
    _out.write(json.dumps(message, allow_nan=False) + "\n")
    _out.flush()


def step(done, total, what):
    send({"type": "progress", "done": done, "total": total, "step": what})


def log(message):
    send({"type": "log", "message": str(message)})
