"""Ports: which are free, and one sentence about those that are not."""

import errno
import random
import socket

from services.stack.refusal import Refusal

# Below the range from which the kernel takes ports for outgoing connections.
RANGE = range(20_000, 30_000)


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on now, and that no outgoing connection will take."""
    for port in random.sample(RANGE, 200):
        if is_free(host, port):
            return port
    raise Refusal(f"No free port was found on {host}: stop some of the programs that listen there.")


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    try:
        _bind(host, port)
    except OSError:
        return False
    return True


def claim(host: str, port: int, what: str, setting: str) -> None:
    """Refuse, in one sentence, when `what` cannot listen on this address.

    `setting`: the name of the setting of the port, e.g. `HTTP_PORT`.
    """
    try:
        _bind(host, port)
    except OSError as error:
        raise Refusal(_sentence(error, host, port, what, setting)) from error


def _bind(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do: a connection that just ended does not keep the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))


def _sentence(error: OSError, host: str, port: int, what: str, setting: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host}, wanted for {what}, is taken by another program: stop that "
            f"one, or set PARKWATCH_{setting} to another port."
        )
    if error.errno == errno.EACCES:
        return (
            f"This user may not listen on port {port}, wanted for {what}: set "
            f"PARKWATCH_{setting} to a port above 1023."
        )
    return (
        f"{what} cannot listen on {host}: that address is not one of this machine; set "
        f"PARKWATCH_{setting.replace('PORT', 'HOST')} to one that is."
    )
