"""The broker's log as nats-server 2.15.1 writes it: understood, followed, counted."""

from pathlib import Path

import pytest

from services.api.broker_watch_line import read_line
from services.api.broker_watch_tail import FIRST_LOOK, PIECE, LogTail
from services.api.broker_watch_tally import FURTHER, MOST_WAITING, TOPICS, WINDOW_MS, Tally
from services.store.gateway_event import EventKind, Mark

HEAD = "[7864] 2026/11/21 23:48:06.508045 [ERR] 127.0.0.1:45289 - "
MID = f'{HEAD}mid:6 - "gw-1" - '
PUBLISH, SUBSCRIBE = EventKind.PUBLISH_DENIED, EventKind.SUBSCRIBE_DENIED
TOO_LARGE, LOGIN = EventKind.MESSAGE_TOO_LARGE, EventKind.LOGIN_REFUSED
FORGED = "- mid:9 - Publish Violation - Subject"

REFUSALS = [
    ('Publish Violation - Subject "pw.v1.E.gw2.telemetry"', PUBLISH, "pw/v1/E/gw2/telemetry"),
    ('Publish Violation - Subject "pw.b.7.E.gw2.telemetry"', PUBLISH, "pw/v1/E/gw2/telemetry"),
    ('Publish Violation - Subject "pw.v1.E.gw2.telemetry.7"', PUBLISH, "pw/v1/E/gw2/telemetry"),
    ('Publish Violation - Subject "$JS.API.INFO"', PUBLISH, "$JS/API/INFO"),
    ('Publish Violation - Subject "x//y.z"', PUBLISH, "x.y/z"),
    ('Publish Violation - Subject "/./.a"', PUBLISH, "//a"),
    ('Publish Violation - Subject "长.文"', PUBLISH, "长/文"),
    (r'Publish Violation - Subject "foo\"bar\\baz"', PUBLISH, r'foo"bar\baz'),
    (f'Publish Violation - Subject "{"a" * 5000}"', PUBLISH, "a" * 256 + "…"),
    ('Subscription Violation - Subject ">", SID >', SUBSCRIBE, "#"),
    ('Subscription Violation - Subject "pw.v1.*.*.*", SID pw.v1.*.*.*', SUBSCRIBE, "pw/v1/+/+/+"),
    ('Subscription Violation - Subject "pw.E", SID pw.E fwc', SUBSCRIBE, "pw/E/#"),
    (r'Subscription Violation - Subject "a\"b.>", SID a"b.>', SUBSCRIBE, 'a"b/#'),
    ("maximum payload exceeded: 1126429 vs 1048576", TOO_LARGE,
     "1126429 bytes; the broker takes 1048576"),
    ("character not supported for MQTT topics", PUBLISH,
     "a topic with a character that is not supported"),
    ('authentication error - User "E.gw1"', LOGIN, "from 127.0.0.1 over MQTT"),
]  # fmt: skip


@pytest.mark.parametrize(("says", "kind", "detail"), REFUSALS)
def test_a_refusal_is_read(says: str, kind: EventKind, detail: str) -> None:
    line = read_line(MID + says)
    assert line is not None
    assert (line.kind, line.detail) == (kind, detail)
    assert (line.address, line.number) == ("127.0.0.1:45289", 6)
    assert line.at == 1_795_304_886_508
    assert line.username == ("E.gw1" if kind is LOGIN else None)


def test_the_native_port_is_named() -> None:
    line = read_line(f'{HEAD}cid:96 - authentication error - User "E.gw1"')
    assert line is not None
    assert line.detail == "from 127.0.0.1 over the native port"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[7864] 2026/11/21 23:48:04.231151 [INF] Server is ready",
        f'{MID}unable to connect: authentication error - User "E.gw1"',
        f"{MID}authentication error",
        f'{HEAD}mid:87 - "a.b" - invalid character in client ID "a.b"',
        MID.replace("/11/21", "/13/41") + 'Publish Violation - Subject "a"',
        'mid:6 - "x" - Publish Violation - Subject "a"',
    ],
)
def test_any_other_line_is_passed_over(text: str) -> None:
    assert read_line(text) is None


def test_what_a_client_chooses_is_not_taken_for_the_brokers_words() -> None:
    """A client id, and the name of an unknown caller, may say anything."""
    line = read_line(rf'{HEAD}mid:6 - "x\" {FORGED} \"b\"" - Publish Violation - Subject "a"')
    assert line is not None
    assert (line.number, line.detail) == (6, "a")
    assert read_line(rf'{HEAD}mid:6 - "x\" {FORGED} \"b\"" - something else') is None
    stranger = read_line(rf'{MID}authentication error - User "x\" {FORGED} \"b\""')
    assert stranger is not None
    assert (stranger.kind, stranger.username) == (LOGIN, f'x" {FORGED} "b"')


class Log:
    """A log that is written and turned over as the stack does it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tail = LogTail(path)
        self.mark = Mark()
        self.number = 0

    def write(self, lines: int) -> None:
        with self.path.open("ab") as file:
            for _ in range(lines):
                self.number += 1
                file.write(f"{self.number:08d} {'.' * 50}\n".encode())

    def turn(self) -> None:
        for number in (2, 1):
            older = self.path.with_name(f"{self.path.name}.{number}")
            newer = self.path.with_name(f"{self.path.name}.{number - 1}")
            newer = self.path if number == 1 else newer
            if newer.exists():
                newer.replace(older)

    def read(self) -> list[int]:
        found: list[int] = []
        while True:
            piece = self.tail.read(self.mark)
            if piece.mark == self.mark:
                return found
            self.mark = piece.mark
            found += [int(line[:8]) for line in piece.lines]


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "broker.log")


def test_every_line_is_read_once_over_turns_and_restarts(log: Log) -> None:
    assert log.read() == []
    log.write(3)
    assert log.read() == [1, 2, 3]
    log.write(2)
    log.turn()
    log.write(1)
    assert log.tail.behind(log.mark) == 3 * 60
    log.tail = LogTail(log.path)
    assert log.read() == [4, 5, 6]
    log.write(1)
    log.turn()
    log.write(1)
    log.turn()
    log.write(1)
    assert log.read() == [7, 8, 9]
    assert log.read() == []
    assert log.tail.behind(log.mark) == 0


def test_a_line_still_being_written_waits_for_its_end(log: Log) -> None:
    log.write(1)
    with log.path.open("ab") as file:
        file.write(b"00000002 half")
    assert log.read() == [1]
    with log.path.open("ab") as file:
        file.write(b" and whole\n")
    assert log.read() == [2]


def test_a_log_turned_over_unread_is_a_gap_that_is_told(log: Log) -> None:
    log.write(1)
    log.read()
    for _ in range(3):
        log.turn()
        log.write(1)
    piece = log.tail.read(log.mark)
    assert piece.gap
    log.mark = piece.mark
    assert [int(line[:8]) for line in piece.lines] == [2]
    assert log.read() == [3, 4]


def test_an_emptied_log_is_read_from_its_beginning(log: Log) -> None:
    log.write(5)
    log.read()
    log.path.write_bytes(b"")
    log.write(1)
    assert log.read() == [6]


def test_one_that_nobody_has_read_yet_is_read_near_its_end_only(log: Log) -> None:
    log.write(2 * FIRST_LOOK // 60)
    found = log.read()
    assert found[-1] == log.number
    assert found == list(range(found[0], log.number + 1))
    assert FIRST_LOOK - 120 <= len(found) * 60 <= FIRST_LOOK


def test_an_endless_line_is_passed_over(log: Log) -> None:
    log.write(1)
    log.read()
    with log.path.open("ab") as file:
        file.write(b"x" * (2 * PIECE) + b'- Publish Violation - Subject "a"\n')
    log.write(1)
    assert log.read() == [2]


ORIGIN = ("E", "gw1", PUBLISH)


def test_the_same_refusal_within_a_minute_counts_up() -> None:
    tally = Tally()
    for at in (0, 500, 900):
        tally.add(ORIGIN, "a", "a", at)
    (first,) = tally.waiting()
    assert (first.id, first.at, first.last_at, first.count) == (None, 0, 900, 3)
    tally.written([17])
    assert tally.waiting() == []
    tally.add(ORIGIN, "a", "a", WINDOW_MS - 1)
    (more,) = tally.waiting()
    assert (more.id, more.last_at, more.count) == (17, WINDOW_MS - 1, 1)
    tally.written([17])
    tally.add(ORIGIN, "a", "a", WINDOW_MS)
    tally.add(("E", "gw2", PUBLISH), "a", "a", WINDOW_MS)
    tally.add(("E", "gw1", SUBSCRIBE), "a", "a", WINDOW_MS)
    assert [each.id for each in tally.waiting()] == [None, None, None]


def test_nobody_fills_the_database_by_choosing_topics() -> None:
    tally = Tally()
    for number in range(1000):
        tally.add(ORIGIN, f"t{number}", f"t{number}", 0)
    rows = tally.waiting()
    assert len(rows) == TOPICS + 1
    assert rows[-1].detail == FURTHER
    assert sum(row.count for row in rows) == 1000
    tally.written(list(range(len(rows))))
    tally.forget(WINDOW_MS)
    tally.add(ORIGIN, "t999", "t999", WINDOW_MS)
    assert [row.detail for row in tally.waiting()] == ["t999"]


def test_while_the_database_is_away_little_is_held_and_the_rest_counted() -> None:
    tally = Tally()
    for minute in range(30):
        tally.forget(minute * WINDOW_MS)
        for gateway in range(MOST_WAITING + 5):
            tally.add(("E", f"gw{gateway}", LOGIN), "", "x", minute * WINDOW_MS)
    rows = tally.waiting()
    assert len(rows) == MOST_WAITING
    assert {row.count for row in rows} == {30}
    assert rows[0].last_at == 29 * WINDOW_MS
    assert tally.lost == 5 * 30
