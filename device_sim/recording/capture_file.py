"""A recorded stretch of MQTT: what was published, byte for byte, with the time of its coming.

One JSON object a line, UTF-8; gzipped where the name ends in ``.gz``. First a head, then messages
and gaps, last an end with the count and the SHA-256 over topic, NUL, payload and LF of all of them
(the hash that ``run --hash`` prints of what is to be published).
"""

import base64
import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from device_sim.recording.row import BadRecording

FORMAT = 1
HEAD = '{"capture"'
LONGEST_LINE = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Captured:
    """A message as it came: epoch ms of its coming, topic, payload."""

    at_ms: int
    topic: str
    payload: bytes
    retain: bool = False


class CaptureWriter:
    """Writes as messages come; ``close`` seals. A file without its end was cut short."""

    def __init__(self, path: Path, at_ms: int, topics: list[str]) -> None:
        self._digest, self.messages, self.gaps = hashlib.sha256(), 0, 0
        try:
            raw = path.open("xb")
        except OSError as error:
            raise BadRecording(f"{path}: cannot be made ({error.strerror}).") from error
        self._file: IO[bytes] | gzip.GzipFile = raw
        if path.suffix == ".gz":
            self._file = gzip.GzipFile(fileobj=raw, mode="wb", mtime=0)
        self._raw = raw
        self._line({"capture": FORMAT, "started_at": at_ms, "topics": topics})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            ended = {"messages": self.messages, "gaps": self.gaps, "sha256": self.sha256}
            self._line({"end": ended})
        self._file.close()
        self._raw.close()

    @property
    def sha256(self) -> str:
        """Of what was written so far."""
        return self._digest.hexdigest()

    def write(self, message: Captured) -> None:
        """One message. UTF-8 stays readable, other bytes become base64."""
        body: dict[str, Any] = {"at": message.at_ms, "topic": message.topic}
        if message.retain:
            body["retain"] = True
        try:
            body["text"] = message.payload.decode("utf-8")
        except UnicodeDecodeError:
            body["base64"] = base64.b64encode(message.payload).decode()
        self._line(body)
        self.messages += 1
        self._digest.update(message.topic.encode() + b"\0" + message.payload + b"\n")

    def gap(self, at_ms: int, why: str) -> None:
        """From here until the next message something may be missing."""
        self.gaps += 1
        self._line({"gap": at_ms, "why": why})

    def _line(self, body: dict[str, Any]) -> None:
        self._file.write(
            json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        )
        self._file.flush()


class CaptureFile:
    """``cut``: it was read to where it ends, and has no end; ``gaps``: how many it tells of. Both
    are known once ``messages`` has been read through."""

    def __init__(self, path: Path) -> None:
        self.path, self.cut, self.gaps = path, False, 0

    def messages(self) -> Iterator[Captured]:
        """All messages in the order of their coming. Raises ``BadRecording``."""
        digest, count, ended = hashlib.sha256(), 0, False
        self.gaps = 0
        for number, body, is_last in self._lines():
            if "end" in body:
                self._compare(number, body["end"], count, digest.hexdigest())
                ended = True
            elif "gap" in body:
                self.gaps += 1
            elif "capture" not in body:
                message = self._message(number, body, is_last)
                if message is not None:
                    count += 1
                    digest.update(message.topic.encode() + b"\0" + message.payload + b"\n")
                    yield message
        self.cut = not ended

    def _lines(self) -> Iterator[tuple[int, dict[str, Any], bool]]:
        """Line number, what it holds, and whether it has no line feed, as where a disk was full."""
        try:
            with _open(self.path) as file:
                for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), 1):
                    torn = not line.endswith(b"\n")
                    body = self._body(number, line, torn)
                    if number == 1 and body.get("capture") != FORMAT:
                        raise self._bad(1, f"it is no capture of format {FORMAT}")
                    yield number, body, torn
        except EOFError:
            return  # A gzip stream without its end: the capture was cut.
        except OSError as error:
            raise BadRecording(f"{self.path}: cannot be read ({error}).") from error

    def _body(self, number: int, line: bytes, torn: bool) -> dict[str, Any]:
        try:
            body = json.loads(line)
        except (ValueError, RecursionError) as error:
            if torn:
                return {"gap": 0}
            raise self._bad(number, f"no JSON ({error})") from error
        if not isinstance(body, dict):
            raise self._bad(number, "no JSON object")
        return body

    def _message(self, number: int, body: dict[str, Any], torn: bool) -> Captured | None:
        try:
            at_ms, topic = body["at"], body["topic"]
            payload = (
                body["text"].encode()
                if "text" in body
                else base64.b64decode(body["base64"], validate=True)
            )
        except (KeyError, ValueError, AttributeError, TypeError) as error:
            if torn:
                return None
            raise self._bad(number, "it has no at, topic and text or base64") from error
        if not isinstance(at_ms, int) or isinstance(at_ms, bool) or not isinstance(topic, str):
            raise self._bad(number, "at must be epoch milliseconds and topic a text")
        return Captured(at_ms, topic, payload, body.get("retain") is True)

    def _compare(self, number: int, end: Any, count: int, sha256: str) -> None:
        if not isinstance(end, dict) or (end.get("messages"), end.get("sha256")) != (count, sha256):
            raise self._bad(number, "count or hash differ from its messages: it was changed")

    def _bad(self, number: int, what: str) -> BadRecording:
        return BadRecording(f"{self.path}, line {number}: {what}.")


def _open(path: Path) -> IO[bytes] | gzip.GzipFile:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else path.open("rb")
