"""However deliveries are split, repeated and ticked between: the same silences and clock alarms."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from services.alerts.engine import Engine, Hearing
from services.domain.alarm import Alarm, ClosedAs, Transition
from services.domain.directory import Directory
from services.domain.gateway_clock import TimesHeard, is_usable
from services.domain.point import Point, PointKind
from services.domain.reading import Quality, Reading, time_flags
from services.domain.rule import Condition, LimitRule

T0 = 1_767_225_600_000
GAS = Point(1, "acme", "GT-1", PointKind.COMBUSTIBLE_GAS, "%LEL", period_s=1.0)
POINTS = (
    GAS,
    replace(GAS, id=2, tag="GT-2"),
    replace(GAS, id=3, tag="GT-3", period_s=5.0),
    replace(GAS, id=4, tag="GT-4", period_s=None),
    replace(GAS, id=5, tag="GT-5", enterprise="other"),
)
HALVES = 80
"""Half seconds that a run lasts."""
SHIFTS = (0, 0, 0, 0, -130_000, 8 * 3_600_000, -25 * 3_600_000)
QUIET_S = 30

Life = tuple[str, str, int, int | None, str | None]


@dataclass(frozen=True)
class Message:
    """What a gateway sent at a half second: its points, and by how much its clock is off."""

    half: int
    gateway: str
    points: tuple[int, ...]
    shift: int
    value: float

    @property
    def at(self) -> int:
        return T0 + self.half * 500

    @property
    def enterprise(self) -> str:
        return "other" if self.gateway == "gw9" else "acme"


gateways = st.sampled_from([("gw1", (1, 2, 3)), ("gw2", (4,)), ("gw9", (5,))])


@st.composite
def messages(draw: st.DrawFn) -> list[Message]:
    drawn = []
    for _ in range(draw(st.integers(1, 40))):
        gateway, points = draw(gateways)
        some = draw(st.lists(st.sampled_from(points), min_size=1, unique=True))
        half, shift = draw(st.integers(0, HALVES)), draw(st.sampled_from(SHIFTS))
        drawn.append(Message(half, gateway, tuple(some), shift, draw(st.sampled_from([1.0, 40.0]))))
    return sorted(drawn, key=lambda m: (m.half, m.gateway, m.points, m.shift, m.value))


def engine() -> Engine:
    directory = Directory()
    for point in POINTS:
        directory.put(point)
        rule = LimitRule("H", 1, point.enterprise, point.id, Condition.H, 25.0, 2)
        directory.put_rule(rule)
    return Engine(directory)


def readings(message: Message) -> list[Reading]:
    measured = message.at + message.shift
    flags = time_flags(measured, message.at)
    return [
        Reading(point, measured, message.at, message.value, Quality.GOOD, flags)
        for point in message.points
    ]


def hearing(message: Message) -> Hearing:
    measured = message.at + message.shift
    usable = is_usable(measured, message.at)
    times = TimesHeard(
        message.at, measured if usable else None, None if usable else measured, not usable
    )
    return Hearing(message.enterprise, message.gateway, message.points, times)


class Run:
    """An engine that hears messages; every alarm it ever spoke of."""

    def __init__(self, listening: bool = True) -> None:
        self.engine = engine()
        self.alarms: dict[str, Alarm] = {}
        self._listening = listening

    def hear(self, batch: list[Message]) -> None:
        heard = [hearing(one) for one in batch] if self._listening else []
        found = [reading for one in batch for reading in readings(one)]
        self._keep(self.engine.judge(found, batch[-1].at, heard).transitions)

    def tick(self, at: int) -> None:
        self._keep(self.engine.tick(at).transitions)

    def whole(self, sent: list[Message], halves: Iterable[int]) -> "Run":
        """Message by message, with a look at the clock at these half seconds."""
        return self.split([[one] for one in sent], halves)

    def split(self, batches: list[list[Message]], halves: Iterable[int]) -> "Run":
        looks = sorted(halves)
        for batch in batches:
            while looks and looks[0] < batch[0].half:
                self.tick(T0 + looks.pop(0) * 500)
            self.hear(batch)
            looks = [half for half in looks if half >= batch[-1].half]
        for half in looks:
            self.tick(T0 + half * 500)
        return self

    def lives(self, claimed: bool) -> list[Life]:
        kept = [a for a in self.alarms.values() if a.is_claimed is claimed]
        return sorted(
            (
                f"{a.subject.type} {a.subject.id}",
                a.condition,
                a.raised_at - T0,
                None if a.cleared_at is None else a.cleared_at - T0,
                None if a.closed_as is None else str(a.closed_as),
            )
            for a in kept
        )  # fmt: skip

    def standing(self) -> set[tuple[str, str]]:
        now = [a for a in self.engine.open_alarms() if a.is_claimed and a.cleared_at is None]
        return {(a.subject.id, a.condition) for a in now}

    def _keep(self, transitions: Iterable[Transition]) -> None:
        self.alarms.update((each.alarm.id, each.alarm) for each in transitions)


EVERY_HALF = range(-1, HALVES + 2 * QUIET_S)


@settings(max_examples=50, deadline=None)
@given(messages(), st.data())
def test_any_split_ends_in_the_same_silences(sent: list[Message], data: st.DataObject) -> None:
    batches: list[list[Message]] = []
    for one in sent:
        near = bool(batches) and one.half - batches[-1][0].half <= 2
        if near and data.draw(st.booleans()):
            batches[-1].append(one)
        else:
            batches.append([one])
    skipped = data.draw(st.sets(st.integers(0, HALVES // 2)))
    fewer = [half for half in EVERY_HALF if half % 2 or half // 2 not in skipped]
    whole, split = Run().whole(sent, EVERY_HALF), Run().split(batches, fewer)
    assert split.lives(claimed=True) == whole.lives(claimed=True)


@settings(max_examples=50, deadline=None)
@given(messages(), st.data())
def test_repeats_change_nothing(sent: list[Message], data: st.DataObject) -> None:
    """The broker gives a message again at once: the readings are the same ones."""
    again = [one for one in sent for _ in range(data.draw(st.integers(1, 2)))]
    once, twice = Run().whole(sent, EVERY_HALF), Run().whole(again, EVERY_HALF)
    assert twice.lives(claimed=True) == once.lives(claimed=True)
    assert twice.lives(claimed=False) == once.lives(claimed=False)


@settings(max_examples=40, deadline=None)
@given(messages())
def test_limits_are_judged_as_without_it(sent: list[Message]) -> None:
    listening, deaf = Run().whole(sent, EVERY_HALF), Run(listening=False).whole(sent, [])
    assert listening.lives(claimed=False) == deaf.lives(claimed=False)


@settings(max_examples=40, deadline=None)
@given(messages())
def test_in_the_end_everything_that_spoke_and_has_a_period_is_silent(sent: list[Message]) -> None:
    """Whatever came before: when nobody speaks any more, the gravest subject says so, and
    nothing is told that was never heard."""
    run = Run().whole(sent, EVERY_HALF)
    periodic = {"gw1": "acme", "gw9": "other"}
    spoke = {one.gateway for one in sent}
    silent = {enterprise for gateway, enterprise in periodic.items() if gateway in spoke}
    told = {subject for subject, condition in run.standing() if condition == "offline"}
    if "gw2" in spoke and "gw1" in spoke:
        assert "gw1" in told
        silent.discard("acme")
    assert {each for each in told if each in ("acme", "other")} == silent


@settings(max_examples=40, deadline=None)
@given(messages(), st.integers(0, HALVES), st.integers(1, 100_000))
def test_a_restart_in_between_moves_silences_and_loses_none(
    sent: list[Message], half: int, down_s: int
) -> None:
    """Killed at any moment, and away for any time: after it the same subjects fall silent."""
    lived, restarted = Run().whole(sent, EVERY_HALF), Run()
    before = [one for one in sent if one.half <= half]
    restarted.whole(before, [each for each in EVERY_HALF if each <= half])
    restarted.engine = Engine.load(restarted.engine.dump(), restarted.engine.directory)
    away = down_s * 2
    later = [replace(one, half=one.half + away) for one in sent if one.half > half]
    restarted.whole(later, [each + away for each in EVERY_HALF if each > half])
    offline = {each for each in lived.standing() if each[1] == "offline"}
    assert {each for each in restarted.standing() if each[1] == "offline"} == offline
    assert all(a.closed_as is not ClosedAs.WITHDRAWN for a in restarted.alarms.values())
