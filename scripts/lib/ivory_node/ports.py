"""Chooses loopback ports."""

from __future__ import annotations

import random
import socket
import time

from .errors import NodeError

# Below the range from which the kernel takes ports of outgoing connections.
_LOWEST, _HIGHEST = 10_000, 32_000
_TRIES = 1_000


def is_free(port: int) -> bool:
    """Whether a server could bind the port on loopback now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def becomes_free(port: int, seconds: float) -> bool:
    """Whether a port is free now or soon: who held it may just have ended."""
    deadline = time.monotonic() + seconds
    while not is_free(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def pick(count: int, taken: set[int]) -> list[int]:
    """`count` free ports in a row, none in `taken`; random, so that two callers rarely collide."""
    for _ in range(_TRIES):
        first = random.randrange(_LOWEST, _HIGHEST - count)
        row = list(range(first, first + count))
        if not taken.intersection(row) and all(map(is_free, row)):
            return row
    raise NodeError(f"no {count} free ports in a row between {_LOWEST} and {_HIGHEST}")
