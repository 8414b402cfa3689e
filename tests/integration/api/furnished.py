"""An enterprise with something of everything that the api can be asked for."""

import secrets
from dataclasses import dataclass, field, replace

import psycopg

from services.domain.journal import ChainHead, link
from services.runtime.clock import to_datetime
from tests.integration.api.conftest import Api
from tests.integration.api.test_groups import group
from tests.integration.api.test_hazard_sources import source
from tests.integration.api.test_interlocks import ask_for, loop
from tests.integration.api.test_key_places import corridor
from tests.living.park import Door, Json
from tests.unit.alerts.samples import raised

BOOT = "b00t"

_FIELD = """
INSERT INTO reading (point_id, measured_at, received_at, value, quality)
SELECT %(point)s, at, at, 5, 0 FROM generate_series(
    date_trunc('hour', now()) - interval '2 hours', date_trunc('hour', now()), '1 minute') AS at;
INSERT INTO dead_letter (enterprise, gateway, topic, payload, reason, received_at)
VALUES (%(code)s, 'gw1', 'pw/v1/' || %(code)s || '/gw1/telemetry', 'x', 'not JSON', now());
INSERT INTO dead_letter_day (enterprise, gateway, day, letters, bytes, dropped, dropped_bytes)
VALUES (%(code)s, 'gw1', current_date, 1, 1, 0, 0);
INSERT INTO unregistered_tag (enterprise, tag, gateway, first_at, last_at, last_value, count)
VALUES (%(code)s, 'NEW-1', 'gw1', now(), now(), '1', 1);
INSERT INTO gateway_event (enterprise, gateway, at, last_at, kind, detail, count)
VALUES (%(code)s, 'gw1', now(), now(), 'login_refused', 'x', 1);
INSERT INTO gap (enterprise, gateway, boot, from_seq, to_seq, seen_at, opened_at)
VALUES (%(code)s, 'gw1', %(boot)s, 2, 3, now(), now());
INSERT INTO gateway_ledger VALUES (%(code)s, 'gw1', %(boot)s, 1, 9, 1, 0, now());
INSERT INTO gateway_day (enterprise, gateway, day, messages, received, stored)
VALUES (%(code)s, 'gw1', current_date, 7, 7, 7);
INSERT INTO connectivity_hour (enterprise, hour, online_s, total_s)
VALUES (%(code)s, date_trunc('hour', now()), 60, 120)
ON CONFLICT (enterprise, hour) DO UPDATE SET online_s = 60, total_s = 120;
INSERT INTO interlock_change SELECT %(code)s, id, now() - interval '1 hour', 1 FROM point
WHERE (enterprise, tag) = (%(code)s, 'ESD-1');
"""
_LETTER = "SELECT id::text FROM dead_letter WHERE enterprise = %(code)s"
_ALARM = """
INSERT INTO alarm (enterprise, id, point_id, tag, direction, rule, rule_version, condition, "limit",
                   grade, state, value, raised_at, received_at, historical, closed_as, cleared_at,
                   subject_id)
VALUES (%(code)s, %(id)s, %(point)s, 'LT-1A', 'high', 'r1', 1, 'HH', 85, 2, 'normal', 90,
        now() - interval '1 hour', now() - interval '1 hour', false, 'cleared', now(), 'LT-1A');
"""
_NOTICE = """
INSERT INTO notice (enterprise, receiver, about, seq, alarm_id, event, grade, exercise, at, state)
VALUES (%(code)s, %(receiver)s, %(code)s, 1, %(id)s, 'raised', 2, false, now(), 'sent');
"""
_JOURNAL = """
INSERT INTO journal (enterprise, seq, alarm_id, at, noted_at, event, body, previous, hash)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True, slots=True)
class Furnished:
    """Its code, somebody of it, and what a path names of it by the parameter's name."""

    code: str
    person: Door
    names: dict[str, str] = field(default_factory=dict)


def furnish(api: Api, number: int) -> Furnished:
    """A new enterprise; `number` tells its live alarms and points from others'."""
    code = api.enterprise()
    person = api.person("enterprise", code)
    api.admin.tell(f"/enterprises/{code}/gateways", {"code": "gw1"}, status=201)
    points = [
        api.point(code, tag, hazard_source="HS-1", gateway="gw1", lon=107.44, lat=38.21)
        for tag in ("LT-1A", "LT-1B")
    ]
    api.point(code, "XV-1", kind="valve", unit="1")
    api.point(code, "ESD-1", kind="interlock", unit="1")
    for tag in ("GT-1", "GT-2"):
        api.point(code, tag, kind="combustible_gas", unit="%LEL", range_high=100)
    api.admin.tell("/hazard-sources", source(code), status=201)
    api.admin.tell("/groups", group(code, "G-1", "GT-1", "GT-2"), status=201)
    api.admin.tell("/places", corridor(code, points=["LT-1A"]), status=201)
    api.admin.tell("/interlocks", loop(code), status=201)
    bypass = ask_for(api.admin, code)
    rule = api.admin.tell("/rules", limit(code, 85), status=201)
    gone = api.admin.tell("/rules", limit(code, 80) | {"condition": "H"}, status=201)
    api.admin.remove(f"/rules/{gone['id']}?reason=revised")
    suppression = api.admin.tell("/suppressions", quiet(code), status=201)
    person.tell("/rules", limit(code, 84, "LT-1B") | {"reason": "x"}, status=202)
    told = {"name": "值班室", "url": "https://duty.example.com/alarms"}
    receiver = person.tell("/receivers", told, status=201)["id"]
    handover = person.tell("/handovers", status=201)["id"]
    point = points[0]["id"]
    alarm = secrets.token_hex(16)
    api.engine.raises(number, code, point_id=point, tag="LT-1A", subject_id="LT-1A")
    with psycopg.connect(api.engines.superuser_url) as database:
        told = {"code": code, "point": point, "boot": BOOT, "id": alarm, "receiver": receiver}
        psycopg.ClientCursor(database).execute((_FIELD + _ALARM + _NOTICE).encode(), told)
        first = raised(1, code)
        row = link(ChainHead(), replace(first, alarm=replace(first.alarm, id=alarm)))
        times = (to_datetime(row.at), to_datetime(row.noted_at))
        row_values = (code, row.seq, alarm, *times, row.event, row.body, row.previous, row.hash)
        database.execute(_JOURNAL.encode(), row_values)
        (letter,) = database.execute(_LETTER, {"code": code}).fetchall()
    names = {
        "enterprise": code,
        "gateway": "gw1",
        "rule": rule["id"],
        "suppression": suppression["id"],
        "bypass": bypass["id"],
        "alarm": alarm,
        "username": person.http.get("/me").json()["username"],
        "number": "1",
        "receiver": receiver,
        "handover": handover,
        "letter": letter[0],
    }
    return Furnished(code, person, names)


def limit(code: str, value: float, tag: str = "LT-1A") -> Json:
    """A limit rule."""
    return {
        "kind": "limit", "enterprise": code, "tag": tag, "condition": "HH", "limit": value,
        "grade": 2, "deadband": 1,
    }  # fmt: skip


def quiet(code: str) -> Json:
    """A rule of suppression."""
    return {
        "enterprise": code,
        "name": "XV-1 shut",
        "condition": {"kind": "state", "tag": "XV-1", "states": ["closed"]},
        "targets": [{"tag": "LT-1A", "alarm": "low"}],
        "reason": "no level while it is shut",
    }
