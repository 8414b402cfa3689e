"""What ``mosquitto_sub`` wrote: lines of ``-F '%U %t %x'`` (time, topic, payload in hex), which lose
nothing, or of ``-F '%j'`` and ``-F '%J'`` (JSON), which lose what is not text.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from device_sim.recording.capture_file import Captured
from device_sim.recording.row import BadRecording

HEX_LINE = re.compile(r"(\d{9,11})\.(\d{1,9}) (\S(?:.*\S)?) ((?:[0-9a-fA-F]{2})*)")
BEGINNING = re.compile(r'\d{9,11}\.\d{1,9} \S|\{ ?"tst"')
_ZONE = re.compile(r"([+-]\d\d)(\d\d)$")


class MosquittoFile:
    """``cut`` and ``gaps`` as a capture has them: such a file tells of neither."""

    cut = False
    gaps = 0

    def __init__(self, path: Path) -> None:
        self.path = path

    def messages(self) -> Iterator[Captured]:
        """All messages in the order of their coming. Raises ``BadRecording``."""
        try:
            with self.path.open(encoding="utf-8") as lines:
                for number, line in enumerate(lines, 1):
                    if line.strip():
                        yield self._message(number, line.rstrip("\n"))
        except (OSError, UnicodeDecodeError) as error:
            raise BadRecording(f"{self.path}: cannot be read ({error}).") from error

    def _message(self, number: int, line: str) -> Captured:
        try:
            return _from_json(json.loads(line)) if line.startswith("{") else _from_hex(line)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise BadRecording(
                f"{self.path}, line {number}: neither -F '%U %t %x' nor -F '%j' of mosquitto_sub."
            ) from error


def is_line(text: str) -> bool:
    """Whether a file whose first line begins so was written by ``mosquitto_sub``."""
    return BEGINNING.match(text) is not None


def _from_hex(line: str) -> Captured:
    found = HEX_LINE.fullmatch(line)
    if found is None:
        raise ValueError("not three fields")
    seconds, parts, topic, payload = found.groups()
    return Captured(
        int(seconds) * 1000 + int(parts[:3].ljust(3, "0")), topic, bytes.fromhex(payload)
    )


def _from_json(body: dict[str, Any]) -> Captured:
    payload = body["payload"]
    if not isinstance(payload, str):  # %J: JSON in JSON
        payload = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    return Captured(_at(body["tst"]), str(body["topic"]), payload.encode(), body.get("retain") == 1)


def _at(stamp: Any) -> int:
    """``2026-01-05T00:00:10.123456+0800``, or whole epoch seconds from older ones."""
    if isinstance(stamp, int):
        return stamp * 1000
    moment = datetime.fromisoformat(_ZONE.sub(r"\1:\2", str(stamp)))
    return round(moment.timestamp() * 1000)
