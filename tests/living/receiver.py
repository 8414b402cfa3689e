"""Where a webhook goes: keeps what it gets."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.living.outcome import eventually


class Receiver:
    """Answers 204; use as a context. `got` is what came, in order."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        receiver = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append(json.loads(body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/watch"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def forget(self) -> None:
        self.got.clear()

    def has(self, kind: str, subject: str) -> bool:
        return any((each["type"], each["subject"]) == (kind, subject) for each in self.got)

    def wait(self, kind: str, subject: str, within_s: float) -> dict[str, Any]:
        """The first report of this type about this subject."""
        eventually(
            lambda: self.has(kind, subject), within_s, f"{kind} of {subject}, got {self.got}", 0.05
        )
        return next(each for each in self.got if (each["type"], each["subject"]) == (kind, subject))
