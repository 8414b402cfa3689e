"""How gateways do, from the field to the table, on the real broker and database."""

import time

from tests.living.ingest_alone import Field, Ingest, Tables, eventually

STATE = "pw/v1/acme/gw1/state"


def vitals(tables: Tables, columns: str = "state") -> list[tuple[object, ...]]:
    return tables.rows(f"SELECT {columns} FROM gateway_vitals WHERE gateway = 'gw1'")


def now() -> int:
    return int(time.time() * 1000)


def test_readings_make_a_gateway_online_and_its_will_only_puts_that_in_doubt(
    ingest: Ingest, field: Field, tables: Tables
) -> None:
    field.send({"online": True, "ts": now()}, STATE, retain=True)
    field.send({"ts": now(), "values": {"GT-101": 1}})
    eventually(lambda: vitals(tables, "state, link") == [("online", True)])
    field.send({"online": False, "ts": now()}, STATE, retain=True)
    eventually(lambda: vitals(tables, "state, link") == [("link_lost", False)])
    field.send({"ts": now(), "values": {"GT-101": 2}})
    eventually(lambda: vitals(tables) == [("online",)])
    ((seen,),) = vitals(tables, "last_reading_at BETWEEN now() - interval '20 s' AND now()")
    assert seen is True
    assert tables.count("gateway_event") == 0
    field.send(b"", STATE, retain=True)


def test_a_restart_of_ours_keeps_what_is_known(
    ingest: Ingest, field: Field, tables: Tables
) -> None:
    field.send({"ts": now(), "values": {"GT-101": 1}})
    eventually(lambda: vitals(tables) == [("online",)])
    before = vitals(tables, "since")
    ingest.kill()
    ingest.restart()
    field.send({"ts": now(), "values": {"GT-101": 2}})
    field.await_status(lambda status: "1 readings stored" in (status.detail or ""), 20)
    field.send({"online": False}, STATE)
    eventually(lambda: vitals(tables) == [("link_lost",)])
    field.send({"ts": now(), "values": {"GT-101": 3}})
    eventually(lambda: vitals(tables) == [("online",)])
    assert before != []
    assert tables.count("gateway_event") == 0


def test_both_values_of_one_instant_are_kept_and_counted_with_their_gateway(
    ingest: Ingest, field: Field, tables: Tables
) -> None:
    at = now()
    for value in (5, 5, 6):
        field.send({"ts": at, "values": {"GT-101": value}})
    eventually(lambda: tables.count("reading") == 2)
    eventually(lambda: vitals(tables, "conflicts") == [(1,)])
    field.send({"ts": at, "values": {"GT-101": 6}})
    field.await_status(lambda status: "4 messages" in (status.detail or ""))
    assert vitals(tables, "conflicts") == [(1,)]


def test_a_clock_that_nobody_can_use_is_an_event(
    ingest: Ingest, field: Field, tables: Tables
) -> None:
    """1970, and 2099: refused with their reason, and told once."""
    end = time.monotonic() + 12
    while time.monotonic() < end:
        field.send({"ts": 0, "values": {"GT-101": 1}})
        field.send({"ts": 4_102_444_800_000, "values": {"GT-101": 1}})
        time.sleep(0.5)
    told = "SELECT gateway, count FROM gateway_event WHERE kind = 'clock_unusable'"
    eventually(lambda: tables.rows(told) == [("gw1", 1)])
    assert tables.count("reading") == 0
