"""Alarms on their way out: nothing recorded is forgotten, nobody waits for a receiver that is dead,
and nobody hears what is another's."""

import base64
import hashlib
import hmac
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from services.domain.alarm import EventKind, Transition
from services.domain.notice import GIVE_UP_MS, MOST_WAITING
from services.runtime.clock import ManualClock, SystemClock
from tests.integration.notify.doors import Door, door
from tests.integration.notify.outlet import KEY, SIGNING, Outlet, until
from tests.living.engines import REPOSITORY
from tests.living.engines_alone import Engines
from tests.unit.alerts.samples import acknowledged, alarm, cleared, raised

OURS, THEIRS = f"e{secrets.token_hex(4)}", f"e{secrets.token_hex(4)}"


@pytest.fixture
def outlet(engines: Engines) -> Iterator[Outlet]:
    made = Outlet(engines)
    made.change("TRUNCATE notice, notice_receiver")
    yield made
    made.change("TRUNCATE notice, notice_receiver")


@pytest.fixture
def opened() -> Iterator[Door]:
    with door() as made:
        yield made


@contextmanager
def notify_alone(outlet: Outlet) -> Iterator[None]:
    """`parkwatch notify` as a process of its own; killed at the end."""
    environment = os.environ | {
        "PARKWATCH_DATABASE_URL": outlet.url,
        "PARKWATCH_NOTICE_KEY": KEY,
        "PARKWATCH_OUTGOING_NETWORKS": "127.0.0.0/8",
    }
    words = [sys.executable, "-m", "services.stack", "notify"]
    process = subprocess.Popen(words, cwd=REPOSITORY, env=environment)
    try:
        yield
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(10)


def in_exercise(made: Transition) -> Transition:
    return replace(made, alarm=replace(made.alarm, exercise=True))


async def stand(outlet: Outlet, name: str, *states: str) -> None:
    """What is heard over there is settled here a moment later: so its notices stand then."""
    await until(
        lambda: tuple(each["state"] for each in outlet.notices(name)) == states,
        f"they are {states}",
    )


async def test_an_alarm_is_told_as_it_happens_signed_and_an_exercise_says_so(
    outlet: Outlet, opened: Door
) -> None:
    name = await outlet.register(opened.url, exercises=True)
    async with outlet.sending():
        await outlet.record(raised(1), in_exercise(raised(2)), enterprise=OURS)
        await until(lambda: len(opened.got) == 2, "both alarms are told")
        await outlet.record(acknowledged(1), cleared(1), enterprise=OURS)
        await until(lambda: len(opened.got) == 4, "what became of the first one is told")
        await stand(outlet, name, "sent", "sent", "sent", "sent")
    first, drill = opened.got[0], opened.got[1]
    assert first.body["alarm"]["id"] == "alarm-1"
    assert first.body["text"].startswith(f"橙色报警（{OURS}）：GT-1 ")
    assert first.body["exercise"] is False
    assert drill.body["text"].startswith("【演练】橙色报警")
    assert drill.body["exercise"] is drill.body["alarm"]["exercise"] is True
    assert opened.events == ["raised", "raised", "acknowledged", "cleared"]
    assert [each.body["seq"] for each in opened.got] == sorted(e.body["seq"] for e in opened.got)
    stamp = f"{first.headers['webhook-id']}.{first.headers['webhook-timestamp']}.".encode()
    mark = base64.b64encode(hmac.digest(SIGNING, stamp + first.raw, hashlib.sha256)).decode()
    assert first.headers["webhook-signature"] == f"v1,{mark}"
    assert first.headers["webhook-id"] == first.body["delivery"]
    assert outlet.receiver(name)["sent"] == 4


async def test_a_receiver_hears_its_grades_and_exercises_and_then_all_of_what_it_was_told(
    outlet: Outlet, opened: Door
) -> None:
    grave = await outlet.register(opened.url, grades=[1])
    over = replace(cleared(3), alarm=replace(cleared(3).alarm, grade=3))
    worse = Transition(EventKind.ESCALATED, alarm(3, grade=1), 5, 6)
    past = replace(raised(4), alarm=replace(raised(4).alarm, grade=1, historical=True))
    await outlet.record(
        raised(1), cleared(1), in_exercise(raised(2)), raised(3), worse, over, past, enterprise=OURS
    )
    told = [(each["alarm_id"], each["event"]) for each in outlet.notices(grave)]
    assert told == [("alarm-3", "escalated"), ("alarm-3", "cleared")]


async def test_of_a_drill_hear_those_of_the_park_who_asked_for_exercises(
    outlet: Outlet, opened: Door
) -> None:
    asked = await outlet.register(opened.url, exercises=True)
    earnest = await outlet.register(opened.url)
    twins_original = await outlet.register(opened.url, enterprise=OURS, exercises=True)
    async with outlet.sending():
        await outlet.record(in_exercise(raised(1)), enterprise=f"drill-{OURS}")
        await until(lambda: len(opened.got) == 1, "the drill is told")
    assert [len(outlet.notices(name)) for name in (asked, earnest, twins_original)] == [1, 0, 0]
    assert opened.got[0].body["text"].startswith("【演练】")


async def test_who_is_dead_slow_or_confused_delays_nobody_else(outlet: Outlet) -> None:
    with door() as well, door(500) as broken, door(None) as hanging:
        names = {
            "well": await outlet.register(well.url),
            "broken": await outlet.register(broken.url),
            "hanging": await outlet.register(hanging.url),
            "dead": await outlet.register("http://127.0.0.1:1/alarms"),
        }
        async with outlet.sending():
            await outlet.record(*(raised(n) for n in range(1, 6)), enterprise=OURS)
            await until(hanging.came.is_set, "one does not answer")
            assert outlet.notices(names["hanging"])[0]["state"] == "claimed"
            await until(lambda: len(well.got) == 5, "the others are told all the same")
            await until(lambda: len(broken.got) >= 2, "a broken one is tried again")
            assert well.alarms == [f"alarm-{n}" for n in range(1, 6)]
            await until(lambda: outlet.receiver(names["dead"])["failures"] >= 2, "dead")
            broken.status = 204
            await until(lambda: len({*broken.alarms}) == 5, "and takes all once it can")
            await stand(outlet, names["broken"], *["sent"] * 5)
            await stand(outlet, names["dead"], "failed", *["waiting"] * 4)
        assert outlet.receiver(names["broken"])["failures"] == 0
        assert outlet.receiver(names["dead"])["failing_since"] is not None
        # Each try of one message bears one name.
        assert len({each.headers["webhook-id"] for each in broken.got}) == 5


async def test_a_notifier_that_is_killed_while_it_sends_loses_nothing(outlet: Outlet) -> None:
    with door(None) as slow:
        name = await outlet.register(slow.url)
        await outlet.record(raised(1), raised(2), enterprise=OURS)
        with notify_alone(outlet):
            await until(slow.came.is_set, "it is sending", 60.0)
        assert [each["state"] for each in outlet.notices(name)] == ["claimed", "waiting"]
        slow.status = 204
        later = ManualClock(SystemClock().now_ms() + 61_000)
        async with outlet.sending(later):
            await until(lambda: len(slow.got) == 3, "the next one sends it again")
            await stand(outlet, name, "sent", "sent")
    assert slow.alarms == ["alarm-1", "alarm-1", "alarm-2"]
    assert slow.got[0].headers["webhook-id"] == slow.got[1].headers["webhook-id"]


async def test_an_enterprise_hears_its_own_alarms_and_nobody_elses(outlet: Outlet) -> None:
    with door() as park, door() as mine, door() as others:
        await outlet.register(park.url)
        await outlet.register(mine.url, enterprise=OURS)
        await outlet.register(others.url, enterprise=THEIRS)
        await outlet.register(others.url, active=False)
        async with outlet.sending():
            await outlet.record(raised(1), enterprise=OURS)
            await outlet.record(raised(2), raised(3), enterprise=THEIRS)
            await until(lambda: len(park.got) == 3, "the park hears all")
            await until(lambda: len(others.got) == 2 and len(mine.got) == 1, "each hears its own")
        assert {each.body["enterprise"] for each in mine.got} == {OURS}
        assert {each.body["enterprise"] for each in others.got} == {THEIRS}


async def test_what_a_receiver_does_not_take_for_a_day_is_given_up_and_counted(
    outlet: Outlet, opened: Door
) -> None:
    name = await outlet.register("http://127.0.0.1:1/alarms")
    await outlet.record(raised(1), raised(2), enterprise=OURS)
    await outlet.record(raised(3), enterprise=OURS)
    async with outlet.sending():
        await until(lambda: outlet.receiver(name)["failures"] == 1, "it fails")
    outlet.change(
        "UPDATE notice SET queued_at = queued_at - %s * interval '1 ms'"
        " WHERE alarm_id IN ('alarm-1', 'alarm-2')",
        GIVE_UP_MS + 1000,
    )
    outlet.change("UPDATE notice_receiver SET url = %s, next_at = 'epoch'", opened.url)
    async with outlet.sending():
        await until(lambda: len(opened.got) == 1, "what is younger is told")
        await stand(outlet, name, "given_up", "given_up", "sent")
    assert outlet.receiver(name)["given_up"] == 2


async def test_one_message_that_a_receiver_refuses_holds_up_no_other(outlet: Outlet) -> None:
    with door() as strict:
        strict.refuses.add("alarm-1")
        name = await outlet.register(strict.url)
        await outlet.record(raised(1), raised(2), enterprise=OURS)
        async with outlet.sending():
            await until(lambda: "alarm-2" in strict.alarms, "the next one goes out")
            await stand(outlet, name, "given_up", "sent")
    assert strict.alarms == ["alarm-1", "alarm-1", "alarm-1", "alarm-2"]
    assert outlet.notices(name)[0]["status"] == 422


async def test_what_finds_no_room_is_counted_and_the_record_goes_on(outlet: Outlet) -> None:
    full, other = await outlet.register("http://127.0.0.1:1/"), await outlet.register("http://x/")
    outlet.change(
        "INSERT INTO notice (enterprise, receiver, about, seq, alarm_id, event, grade, exercise, at)"
        " SELECT '*', %s, 'x', number, 'x', 'raised', 1, false, now()"
        " FROM generate_series(1, %s) AS number",
        full,
        MOST_WAITING,
    )
    await outlet.record(raised(1), raised(2), enterprise=OURS)
    assert outlet.receiver(full)["left_out"] == 2
    assert [each["alarm_id"] for each in outlet.notices(other)] == ["alarm-1", "alarm-2"]
