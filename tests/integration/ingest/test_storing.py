"""From a message on the broker to rows in the database."""

import time

from tests.living.ingest_alone import Field, Ingest, Tables, eventually

NOW = int(time.time() * 1000)


def test_a_reading_is_stored_with_both_its_times(
    ingest: Ingest, field: Field, tables: Tables
) -> None:
    field.send({"ts": NOW - 1234, "values": {"GT-101": 12.5, "ESD-301": "tripped"}})

    eventually(lambda: tables.count("reading") == 2)
    rows = tables.rows(
        "SELECT point_id, (extract(epoch FROM measured_at) * 1000)::bigint, value, quality, flags,"
        " received_at BETWEEN now() - interval '10 s' AND now() FROM reading ORDER BY 1"
    )
    assert rows == [(1, NOW - 1234, 12.5, 0, 0, True), (2, NOW - 1234, 1.0, 0, 0, True)]


def test_repeats_are_absorbed_and_second_real_values_kept(
    ingest: Ingest, field: Field, tables: Tables
) -> None:
    for value in (5, 5, 6, None, None):
        field.send({"ts": NOW, "values": {"GT-101": value}})

    field.await_status(lambda status: "5 messages" in (status.detail or ""))
    assert tables.rows("SELECT value, quality FROM reading ORDER BY value") == [
        (5.0, 0),
        (6.0, 0),
        (None, 2),
    ]


def test_a_message_with_boot_and_seq_and_no_time_is_stored_once(
    ingest: Ingest, field: Field, tables: Tables
) -> None:
    for seq in (7, 7, 8, 7):
        field.send({"boot": "f3a9", "seq": seq, "values": {"GT-101": 5}})
        time.sleep(0.15)

    field.await_status(lambda status: "4 messages: 2 readings stored, 2 repeats" in status.detail)
    assert tables.rows("SELECT boot, seq FROM gateway_message ORDER BY seq") == [
        ("f3a9", 7),
        ("f3a9", 8),
    ]
    assert tables.rows("SELECT DISTINCT flags FROM reading") == [(4,)]


def test_what_cannot_be_used_is_a_dead_letter_and_its_neighbours_are_stored(
    ingest: Ingest, field: Field, tables: Tables
) -> None:
    field.send({"ts": NOW, "values": {"GT-101": 1}})
    field.send(b'{"values": {"GT-101": NaN, "ESD-301": true}}')
    field.send(b"\xff\xfe garbage \x00")
    field.send({"values": {}}, "pw/v1/acme/gw1/nonsense")
    field.send({"ts": NOW, "values": {"GT-101": 2}})

    eventually(lambda: tables.count("dead_letter") == 3)
    letters = tables.rows("SELECT enterprise, gateway, topic, payload, reason FROM dead_letter")
    by_payload = {payload: (topic, reason) for _, _, topic, payload, reason in letters}
    assert {each[:2] for each in letters} == {("acme", "gw1")}
    assert "NaN is no number" in by_payload[b'{"values": {"GT-101": NaN, "ESD-301": true}}'][1]
    assert "UTF-16" in by_payload[b"\xff\xfe garbage \x00"][1]
    assert by_payload[b'{"values": {}}'][1].startswith("Unknown topic 'nonsense'")
    assert tables.rows("SELECT point_id, value FROM reading ORDER BY 1, 2") == [
        (1, 1.0),
        (1, 2.0),
        (2, 1.0),
    ]


def test_what_the_database_refuses_is_set_aside_alone(
    ingest: Ingest, field: Field, tables: Tables
) -> None:
    tables.run("ALTER TABLE reading ADD CONSTRAINT no_beast CHECK (value <> 666)")
    try:
        for value in range(660, 670):
            field.send_later({"ts": NOW, "values": {"GT-101": value}})

        eventually(lambda: tables.count("reading") == 9)
        eventually(lambda: tables.count("dead_letter") == 1)
        ((reason, payload),) = tables.rows("SELECT reason, payload FROM dead_letter")
        assert "no_beast" in reason
        assert b"666" in payload
    finally:
        tables.run("ALTER TABLE reading DROP CONSTRAINT no_beast")


def test_an_unregistered_tag_is_kept_and_adopted(
    ingest: Ingest, field: Field, tables: Tables
) -> None:
    field.send({"ts": NOW - 2, "values": {"NEW-1": 5}})
    field.send({"ts": NOW - 1, "values": {"NEW-1": 500}})
    field.send({"ts": NOW, "values": {"NEW-1": "tripped"}})
    eventually(lambda: tables.count("unregistered_reading") == 3)
    assert tables.rows(
        "SELECT enterprise, tag, gateway, last_value, count FROM unregistered_tag"
    ) == [("acme", "NEW-1", "gw1", "tripped", 3)]

    tables.register(9, "NEW-1", low=0, high=100)

    eventually(lambda: tables.count("unregistered_tag") == 0)
    assert tables.rows("SELECT value, flags FROM reading WHERE point_id = 9 ORDER BY 1") == [
        (5.0, 0),
        (500.0, 16),
    ]
    ((reason,),) = tables.rows("SELECT reason FROM dead_letter")
    assert "1 values kept before NEW-1 was registered do not fit it" in reason
    field.send({"ts": NOW + 1, "values": {"NEW-1": 6}})
    eventually(lambda: tables.count("reading") == 3)


def test_a_new_point_is_in_force_within_two_seconds(
    ingest: Ingest, field: Field, tables: Tables
) -> None:
    tables.register(10, "LATER")
    time.sleep(2)

    field.send({"ts": NOW, "values": {"LATER": 6}})

    eventually(lambda: tables.count("reading") == 1)
    assert tables.count("unregistered_tag") == 0


def test_retained_telemetry_is_not_taken_for_a_new_reading(
    ingest: Ingest, field: Field, tables: Tables
) -> None:
    field.send({"values": {"GT-101": 5}}, retain=True)
    eventually(lambda: tables.count("reading") == 1)

    ingest.stop()
    ingest.restart()
    field.await_status(lambda status: "1 retained" in (status.detail or ""))
    field.send(b"", retain=True)

    assert tables.count("reading") == 1


def test_a_state_is_taken_and_is_no_reading(ingest: Ingest, field: Field, tables: Tables) -> None:
    field.send({"online": True, "ts": NOW}, "pw/v1/acme/gw1/state")

    field.await_status(lambda status: "1 messages" in (status.detail or ""))
    assert (tables.count("reading"), tables.count("dead_letter")) == (0, 0)


def test_it_ends_cleanly_when_told_to(ingest: Ingest) -> None:
    assert ingest.stop() == 0
