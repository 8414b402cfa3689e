"""What programs say is kept, within bounds, and the loud lines are shown."""

import io
from pathlib import Path

import pytest

from services.stack import logbook
from services.stack.logbook import LIMIT, Logbook, loud_line


def test_warnings_are_shown_and_all_is_kept(tmp_path: Path) -> None:
    shown: list[str] = []
    book = Logbook(tmp_path / "api.log", "api", shown.append)
    said = b'{"level":"info","event":"started"}\n{"level":"warning","event":"no engine"}\nplain\n'
    book.follow(io.BytesIO(said))
    assert shown == ["api: no engine"]
    assert (tmp_path / "api.log").read_bytes() == said
    assert book.last == "plain"


@pytest.mark.parametrize("line", ["{broken", "[1]", '{"level": "info", "event": "x"}', "WARNING"])
def test_other_lines_are_not_shown(line: str) -> None:
    assert loud_line(line) is None


def test_the_log_turns_over_and_its_oldest_part_goes(tmp_path: Path) -> None:
    path = tmp_path / "api.log"
    for number in range(logbook.KEPT + 2):
        path.write_bytes(b"x" * (LIMIT + 1))
        Logbook(path, "api", print).follow(io.BytesIO(f"turn {number}\n".encode()))
    assert path.read_text() == "turn 4\n"
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "api.log",
        "api.log.1",
        "api.log.2",
        "api.log.3",
    ]


def test_a_log_that_cannot_be_written_holds_nobody_up(tmp_path: Path) -> None:
    book = Logbook(tmp_path / "missing" / "api.log", "api", print)
    book.follow(io.BytesIO(b"one\ntwo\n"))
    assert book.last == "two"
    assert book.dropped == 2


def test_a_line_without_end_is_cut(tmp_path: Path) -> None:
    book = Logbook(tmp_path / "api.log", "api", print)
    book.follow(io.BytesIO(b"x" * (3 * logbook.LINE)))
    assert len(book.last) == logbook.LINE
