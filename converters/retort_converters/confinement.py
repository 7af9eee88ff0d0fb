"""Limits that this process sets on itself before it imports anything that could exceed them."""

import os
import sys


def limit(limits):
    """Memory for data, size of files, no core dumps. What the system does not know is left to the server, which watches."""
    try:
        import resource
    except ImportError:
        return
    for name, most in (
        ("RLIMIT_DATA", limits.get("memoryBytes")),
        ("RLIMIT_FSIZE", limits.get("fileBytes")),
        ("RLIMIT_CORE", 0),
    ):
        kind = getattr(resource, name, None)
        if kind is None or most is None:
            continue
        try:
            _, hard = resource.getrlimit(kind)
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (most, most))
        except (ValueError, OSError):
            pass


def without_network(is_apart):
    """
    Says how this process is kept from the network: by a network namespace without any device, which the server started it
    in, or else by refusing every socket that Python code opens. The second does not bind native code.
    """
    if is_apart and _devices() == []:
        return "NAMESPACE"

    def refuse(event, _arguments):
        if event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname"):
            raise PermissionError("a converter has no network")

    sys.addaudithook(refuse)
    return "SOCKETS_REFUSED"


def _devices():
    """Network devices of this process, but for the loopback; None where the system does not tell."""
    try:
        with open("/proc/self/net/dev", encoding="ascii") as table:
            names = [line.split(":")[0].strip() for line in table.readlines()[2:]]
    except OSError:
        return None
    return [name for name in names if name != "lo"]
