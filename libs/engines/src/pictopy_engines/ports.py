"""Which port of this machine is free."""

import random
import socket
from collections.abc import Iterator

LOOPBACK = "127.0.0.1"
CHOICE = range(10_240, 32_768)
"""Below the ports that Linux gives to outgoing connections: from those, a client that tries to reach a server which is
down can get the server's own port, connect to itself and keep the server from ever coming back."""
TRIES = 100


def free_port(preferred: int = 0) -> int:
    """`preferred` where nobody listens on it, else another one; whoever wants it should take it soon."""
    return next(port for port in _candidates(preferred) if is_free(port))


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _candidates(preferred: int) -> Iterator[int]:
    if preferred:
        yield preferred
    yield from random.sample(CHOICE, TRIES)
    raise OSError("no free port on 127.0.0.1")
