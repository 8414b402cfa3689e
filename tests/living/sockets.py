"""What a process listens at, found from outside through /proc."""

import socket
from dataclasses import dataclass
from pathlib import Path

_LISTENING = "0A"


@dataclass(frozen=True, slots=True)
class Place:
    """An address and a port."""

    ip: str
    port: int


def listening(pid: int) -> list[Place]:
    """Where this process listens by TCP; nothing when it has gone."""
    own = _inodes(pid)
    found = []
    for name in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == _LISTENING and words[9] in own:
                found.append(_place(words[1]))
    return found


def _inodes(pid: int) -> set[str]:
    try:
        links = [entry.readlink() for entry in Path(f"/proc/{pid}/fd").iterdir()]
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return set()
    return {str(link)[8:-1] for link in links if str(link).startswith("socket:[")}


def _place(text: str) -> Place:
    """As the kernel writes it: words of 32 bits, each by its lowest byte first."""
    address, _, port = text.partition(":")
    raw = bytes.fromhex(address)
    turned = b"".join(raw[n : n + 4][::-1] for n in range(0, len(raw), 4))
    family = socket.AF_INET if len(turned) == 4 else socket.AF_INET6
    return Place(socket.inet_ntop(family, turned), int(port, 16))
