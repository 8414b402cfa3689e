"""The corpus of bad payloads through broker, door and database, between good neighbours."""

import time

from tests.living.ingest_alone import Field, Ingest, Tables, eventually
from tests.unit.wire.test_native import MESSAGES, VALUES, WHOLE

NOW = int(time.time() * 1000)


def corpus() -> list[bytes]:
    """Every payload of the unit tests that has something to refuse."""
    whole = [payload for payload, _ in WHOLE]
    messages = [text.encode() for text, _ in MESSAGES]
    values = [f'{{"values":{{"BAD":{text}}}}}'.encode() for text, _ in VALUES]
    large = [b'{"values":{"A":"' + b"x" * size + b'"}}' for size in (100_000, 500_000, 1_000_000)]
    return [*whole, *messages, *values, *large]


def test_each_becomes_a_dead_letter_and_all_neighbours_are_stored(
    ingest: Ingest, field: Field, tables: Tables
) -> None:
    bad = corpus()
    for number, payload in enumerate(bad):
        field.send_later({"ts": NOW + number, "values": {"GT-101": 1}})
        field.send(payload)
    field.send({"ts": NOW + len(bad), "values": {"GT-101": 1}})

    eventually(lambda: tables.count("dead_letter") == len(bad), 30)
    eventually(lambda: tables.count("reading") == len(bad) + 1, 10)
    reasons = [reason for (reason,) in tables.rows("SELECT reason FROM dead_letter")]
    assert all(reason.endswith(".") for reason in reasons)
    assert max(map(len, reasons)) <= 1000
    assert tables.count("unregistered_tag") == 0
    kept = {bytes(payload) for (payload,) in tables.rows("SELECT payload FROM dead_letter")}
    assert kept == {payload[: 256 * 1024] for payload in bad}
    field.await_status(lambda status: "; 0 waiting" in status.detail)


def test_a_thousand_poisoned_messages_do_not_stop_the_session(
    ingest: Ingest, field: Field, tables: Tables
) -> None:
    for _ in range(1_000):
        field.send_later(["poison"])
    field.send({"ts": NOW, "values": {"GT-101": 1}})

    eventually(lambda: tables.count("reading") == 1, 20)
    eventually(lambda: tables.count("dead_letter") == 1_000, 20)
