"""A TCP proxy that can fall silent: connections stay open and nothing passes, as in a cut cable."""

import select
import socket
import threading
from types import TracebackType
from urllib.parse import urlsplit

PIECE = 65_536


class Proxy:
    """Forwards 127.0.0.1:`port` to 127.0.0.1:`target`; one thread for all connections."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._peers: dict[socket.socket, socket.socket] = {}
        self._silent = threading.Event()
        self._severed = threading.Event()
        self._passing = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)

    def __enter__(self) -> "Proxy":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join(5.0)
        for end in [*self._peers, self._listener]:
            end.close()

    def cut(self) -> None:
        """Let nothing pass from now on, and close nothing."""
        with self._passing:
            self._silent.set()

    def sever(self) -> None:
        """Close every connection, and each new one at once; nothing passes from now on."""
        with self._passing:
            self._severed.set()

    def mend(self) -> None:
        """Let everything pass again, what waited too."""
        self._silent.clear()
        self._severed.clear()

    def address(self, url: str) -> str:
        """The address of the same server by way of this proxy."""
        parts = urlsplit(url)
        netloc = parts.netloc.replace(f":{self._target}", f":{self.port}")
        return parts._replace(netloc=netloc).geturl()

    def _run(self) -> None:
        while not self._over.is_set():
            if self._silent.is_set():
                self._over.wait(0.02)
                continue
            if self._severed.is_set():
                self._close_all()
            ready, _, _ = select.select([self._listener, *self._peers], [], [], 0.05)
            for end in ready:
                # Cut since it was looked: what came meanwhile does not pass.
                with self._passing:
                    if self._silent.is_set():
                        break
                    if end is self._listener:
                        self._accept()
                    elif end in self._peers and not self._severed.is_set():
                        self._pass_on(end)

    def _close_all(self) -> None:
        for end in list(self._peers):
            end.close()
        self._peers.clear()

    def _accept(self) -> None:
        near, _ = self._listener.accept()
        far = socket.create_connection(("127.0.0.1", self._target), timeout=5.0)
        for end in (near, far):
            end.settimeout(5.0)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._peers[near], self._peers[far] = far, near

    def _pass_on(self, end: socket.socket) -> None:
        other = self._peers[end]
        try:
            piece = end.recv(PIECE)
            if piece:
                other.sendall(piece)
                return
        except OSError:
            piece = b""
        for side in (end, other):
            self._peers.pop(side, None)
            side.close()
