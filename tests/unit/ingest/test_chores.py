"""What is set aside and come back to, in virtual time."""

from dataclasses import dataclass
from enum import Enum, auto

import pytest

from services.domain.directory import Directory
from services.domain.point import Point, PointKind
from services.domain.rate import CUT_S
from services.domain.trouble import POISON_LEAST, Kind
from services.ingest.aside import Aside
from services.ingest.chores import Chores, Pace
from services.runtime.clock import ManualClock
from services.runtime.feed import Delivery
from services.store.intake import Busy, Parcel
from services.store.letter_request import LetterFilter
from services.store.memory_intake import MemoryIntake
from services.store.memory_set_aside import MemorySetAside
from services.wire.translate import translate

RATE = 1
"""Readings a second: 60 a minute go straight in."""

PACE = Pace(messages=4, readings=1_000, letters=2)


class Known(Enum):
    """What the session knows of a delivery."""

    NOTHING = auto()
    PROMPT = auto()
    GIVEN_AGAIN = auto()


@dataclass
class Desk:
    """A door's worth of parts, with the hands of the clock in the test's."""

    clock: ManualClock
    intake: MemoryIntake
    set_aside: MemorySetAside
    directory: Directory
    aside: Aside
    chores: Chores

    def parcel(
        self,
        values: int,
        late_ms: int = 0,
        gateway: str = "g",
        timed: bool = True,
        known: Known = Known.NOTHING,
    ) -> Parcel:
        now = self.clock.now_ms()
        body = ",".join(
            f'{{"ts":{now - late_ms - n},"values":{{"LI":{n}}}}}'
            if timed
            else f'{{"values":{{"LI":{n}}}}}'
            for n in range(values)
        )
        return self.letter(f"[{body}]".encode(), gateway, known)

    def letter(self, raw: bytes, gateway: str = "g", known: Known = Known.NOTHING) -> Parcel:
        topic = f"pw/v1/acme/{gateway}/telemetry"
        delivery = Delivery(
            1,
            1,
            1,
            topic,
            raw,
            self.clock.now_ms(),
            redelivered=known is Known.GIVEN_AGAIN,
            prompt=known is not Known.NOTHING,
        )
        translation = translate(self.directory, topic, raw, delivery.received_at)
        return Parcel(delivery, translation, self.aside.holds(delivery, translation))

    async def deliver(self, *parcels: Parcel) -> None:
        await self.intake.store(parcels)
        self.aside.committed(parcels)

    async def turn(self, crowded: bool = False) -> None:
        await self.chores.turn(self.directory, crowded)

    def told(self) -> list[Kind]:
        return [each.kind for each in self.set_aside.events]

    def restarted(self) -> "Desk":
        """Another process over the same store."""
        found = Aside(RATE, self.clock)
        chores = Chores(self.set_aside, found, self.clock, PACE)
        return Desk(self.clock, self.intake, self.set_aside, self.directory, found, chores)


@pytest.fixture
def desk() -> Desk:
    clock, intake, directory = ManualClock(), MemoryIntake(), Directory()
    directory.put(Point(1, "acme", "LI", PointKind.LEVEL, "m"))
    set_aside, found = MemorySetAside(intake), Aside(RATE, clock)
    chores = Chores(set_aside, found, clock, PACE)
    return Desk(clock, intake, set_aside, directory, found, chores)


async def test_what_is_over_the_rate_waits_and_is_taken_in_when_there_is_time(desk: Desk) -> None:
    for _ in range(10):
        await desk.deliver(desk.parcel(10))
        desk.clock.advance(1)
    assert len(desk.intake.readings) == 60
    assert desk.aside.total.readings == 40

    await desk.turn()

    assert len(desk.intake.readings) == 100
    assert desk.aside.total.messages == 0
    assert desk.told() == [Kind.OVER_RATE]


async def test_a_busy_door_takes_in_now_and_then_and_at_once_when_it_waited_long(
    desk: Desk,
) -> None:
    for _ in range(20):
        await desk.deliver(desk.parcel(60))
    for _ in range(PACE.busy_turns):
        await desk.turn(crowded=True)
    assert len(desk.intake.apart) == 19 - PACE.messages

    desk.clock.advance(PACE.pressing + 1)
    await desk.turn(crowded=True)

    assert len(desk.intake.apart) == 19 - 2 * PACE.messages


async def test_the_condition_ends_a_quiet_minute_after_the_last_was_taken_in(desk: Desk) -> None:
    await desk.deliver(desk.parcel(60), desk.parcel(5))
    await desk.turn()
    desk.clock.advance(59)
    await desk.turn()
    assert len(desk.set_aside.conditions) == 1

    desk.clock.advance(2)
    await desk.turn()

    assert desk.set_aside.conditions == {}


async def test_a_flood_is_cut_once_for_its_time_and_then_over(desk: Desk) -> None:
    for _ in range(60):
        await desk.deliver(desk.parcel(10))
        desk.clock.advance(1)
    await desk.turn()
    (cut,) = [each for each in desk.set_aside.conditions.values() if each.kind is Kind.CUT]
    assert cut.until is not None
    assert cut.until - desk.clock.now_ms() == pytest.approx(CUT_S * 1000, abs=2_000)

    desk.clock.advance(CUT_S + 1)
    await desk.turn()

    assert Kind.CUT not in [each.kind for each in desk.set_aside.conditions.values()]
    assert desk.told().count(Kind.CUT) == 1


async def test_a_flood_without_times_is_cut_once_where_nothing_waited_at_the_broker(
    desk: Desk,
) -> None:
    """What has no time of its own is of the moment at which it was published."""
    for second in range(120):
        await desk.deliver(desk.parcel(10, timed=False, known=Known.PROMPT))
        await desk.turn()
        assert (Kind.CUT in desk.told()) == (second >= 59), second
        desk.clock.advance(1)
    assert desk.told().count(Kind.CUT) == 1

    desk.clock.advance(CUT_S)
    for _ in range(20):
        await desk.turn()

    assert len(desk.intake.readings) == 1_200, "nothing of it is lost"
    assert Kind.CUT not in [each.kind for each in desk.set_aside.conditions.values()]


@pytest.mark.parametrize(
    ("late_ms", "timed", "known"),
    [
        (200_000, True, Known.PROMPT),
        (0, False, Known.NOTHING),
        (0, False, Known.GIVEN_AGAIN),
    ],
)
async def test_what_is_late_or_may_have_waited_is_stored_apart_and_never_cut(
    desk: Desk, late_ms: int, timed: bool, known: Known
) -> None:
    for _ in range(120):
        await desk.deliver(desk.parcel(20, late_ms, timed=timed, known=known))
        desk.clock.advance(1)

    await desk.turn()

    assert desk.told() == [Kind.OVER_RATE]


async def test_a_restart_goes_on_where_it_was(desk: Desk) -> None:
    for values in (60, 5, 5):
        await desk.deliver(desk.parcel(values))
        desk.clock.advance(1)
    await desk.deliver(*(desk.letter(b"poison", "p") for _ in range(POISON_LEAST)))
    await desk.chores.turn(Directory(), crowded=True)
    after = desk.restarted()

    await after.turn()
    assert len(desk.intake.readings) == 70
    await after.deliver(after.parcel(1, gateway="p"))
    after.clock.advance(120)
    await after.turn()

    assert desk.set_aside.conditions == {}
    assert sorted(desk.told()) == [Kind.ONLY_POISON, Kind.OVER_RATE]


async def test_a_message_that_the_store_refuses_does_not_hold_up_those_behind_it(
    desk: Desk,
) -> None:
    await desk.deliver(desk.parcel(60), *(desk.parcel(n) for n in range(1, 9)))
    desk.intake.refuse_value = 7

    for _ in range(10):
        await desk.turn()

    assert desk.aside.total.messages == 0
    (letter,) = desk.intake.letters
    assert "refuses 7" in letter.reason
    assert letter.refused == 8


async def test_letters_are_read_again_portion_by_portion(desk: Desk) -> None:
    await desk.deliver(*(desk.letter(b'{"values":{"LI":"high"}}') for _ in range(5)))
    desk.directory.put(Point(1, "acme", "LI", PointKind.SWITCH, "1"))
    wish = desk.set_aside.ask(LetterFilter("acme"))

    for _ in range(4):
        await desk.turn()

    assert (wish.examined, wish.finished) == (5, True)


async def test_with_the_database_away_nothing_is_forgotten(desk: Desk) -> None:
    for values in (60, 5):
        await desk.deliver(desk.parcel(values))
        desk.clock.advance(1)
    desk.intake.away = 1
    with pytest.raises(Busy):
        await desk.turn()

    await desk.turn()

    assert len(desk.intake.readings) == 65
    assert desk.aside.total.messages == 0
    assert desk.told() == [Kind.OVER_RATE]


async def test_without_room_apart_the_limit_gives_way(desk: Desk) -> None:
    desk.aside = Aside(RATE, desk.clock, most_bytes=4 * 2_000)
    for _ in range(30):
        await desk.deliver(desk.parcel(10))
        desk.clock.advance(1)

    held = sum(len(each.delivery.payload) for each in desk.intake.apart)
    assert 1_000 < held <= 2_000
    assert len(desk.intake.apart) + desk.aside.gave_way == 30 - 6


async def test_much_poison_flags_a_gateway_however_many_good_messages_are_between(
    desk: Desk,
) -> None:
    for _ in range(11):
        await desk.deliver(desk.letter(b"poison", "p"), desk.parcel(1, gateway="p"))
        desk.clock.advance(5)
        await desk.turn()
    (condition,) = desk.set_aside.conditions.values()
    assert (condition.kind, condition.count) == (Kind.MUCH_POISON, 11)

    after = desk.restarted()
    await after.turn()
    assert len(desk.set_aside.conditions) == 1, "it stands for another minute"
    after.clock.advance(61)
    await after.turn()

    assert desk.set_aside.conditions == {}
    assert desk.told() == [Kind.MUCH_POISON]
