"""The platform in one process and in virtual time: bytes in, readings stored, alarms judged.

What ingest and the engine make of a delivery is made by their own code; what is missing is broker,
database and console. Times are epoch ms.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from device_sim.park.description import Park
from device_sim.truth.kind import ENTERPRISE, KIND_OF, gateway_name
from device_sim.truth.loop_states import has_trip_alarm
from device_sim.truth.reconciling import Heard, Stored
from device_sim.truth.record import PointKey
from device_sim.truth.silence import period_s
from services.alerts.engine import DirtyRange, Engine, Hearing, Outcome
from services.alerts.hearing import hearing_of
from services.domain.alarm import Alarm, ClosedAs
from services.domain.detector_rule import DetectorRule
from services.domain.detector_template import propose_detectors
from services.domain.directory import Directory
from services.domain.history import RulesOverTime, judge_history
from services.domain.judgement import PointState
from services.domain.point import Point, PointKind, Reporting
from services.domain.reading import Quality, Reading
from services.domain.rule import Condition, LimitRule
from services.domain.subject import SubjectType
from services.wire.translate import translate

Identity = tuple[int, int, float | None, Quality]


@dataclass
class Platform:
    """Knows the points and limits of a park's cards, and nothing of the truth."""

    directory: Directory
    engine: Engine
    stored: dict[Identity, Reading] = field(default_factory=dict)
    alarms: dict[str, Alarm] = field(default_factory=dict)
    refused: int = 0
    _worst: dict[str, tuple[str, int]] = field(default_factory=dict)
    _states: dict[int, dict[int, PointState]] = field(default_factory=dict)
    _dirty: list[DirtyRange] = field(default_factory=list)

    def receive(self, deliveries: Iterable[tuple[str, bytes]], now: int) -> None:
        """What came in a second, and our clock's step at its end."""
        batch: list[Reading] = []
        hearings: list[Hearing] = []
        for topic, payload in deliveries:
            found = translate(self.directory, topic, payload, now)
            self.refused += bool(found.refusals)
            batch += found.readings
            hearing = hearing_of(found, now)
            hearings += [hearing] if hearing is not None else []
        for each in batch:
            identity = (each.point_id, each.measured_at, each.value, each.quality)
            self.stored.setdefault(identity, each)
        self._take(self.engine.judge(batch, now, hearings))
        self._take(self.engine.tick(now))
        self._judge_history(now)

    def readings(self) -> dict[PointKey, list[Stored]]:
        """All that is stored, by point, as REST gives it back."""
        found: dict[PointKey, list[Stored]] = {}
        for each in self.stored.values():
            point = self.directory.by_id[each.point_id]
            shown = Stored(
                each.measured_at, each.received_at, point.present(each.value),
                each.quality.name.lower(),
            )  # fmt: skip
            found.setdefault((point.enterprise, point.tag), []).append(shown)
        return found

    def heard(self) -> list[Heard]:
        """All alarms of kinds that can be foreseen, closed ones too."""
        return [
            Heard(
                (each.enterprise, each.tag or _whole(each)),
                KIND_OF[each.condition],
                each.raised_at,
                each.received_at,
                None,
                "",
                *self._worst[each.id],
                each.cleared_at,
                each.historical,
                each.exercise,
            )
            for each in self.alarms.values()
            if each.condition in KIND_OF and each.closed_as is not ClosedAs.WITHDRAWN
        ]

    def _take(self, outcome: Outcome) -> None:
        self._dirty += outcome.dirty
        for state in outcome.states:
            self._states.setdefault(state.point_id, {})[state.at] = state
        for each in outcome.transitions:
            self.alarms[each.alarm.id] = each.alarm
            level = (each.alarm.condition, each.alarm.grade)
            worst = self._worst.get(each.alarm.id, level)
            # As the journal tells it: the worst of all that it was.
            self._worst[each.alarm.id] = min(
                worst, level, key=lambda told: (told[1], -len(told[0]))
            )

    def _judge_history(self, now: int) -> None:
        """What came too late to be judged live is judged over what is stored."""
        dirty, self._dirty = self._dirty, []
        for each in dirty:
            states = sorted(self._states.get(each.point_id, {}).values(), key=lambda s: s.at)
            start = next((s for s in reversed(states) if s.at < each.start), None)
            after = start.at if start else -1
            past = [r for r in self.stored.values() if r.point_id == each.point_id]
            history = judge_history(
                self.directory.by_id[each.point_id],
                RulesOverTime(self.directory, each.point_id),
                sorted(
                    (r for r in past if r.judged_at > after),
                    key=lambda r: (r.judged_at, r.measured_at),
                ),
                start,
                [state for state in states if state.at > after],
                each.end,
            )
            recorded = [a for a in self.alarms.values() if a.point_id == each.point_id]
            self._take(self.engine.merge_history(history, recorded, now, each.sounding))


def _whole(alarm: Alarm) -> str:
    """What an alarm is about that is about no point."""
    whole = alarm.subject.type == SubjectType.ENTERPRISE
    return ENTERPRISE if whole else gateway_name(alarm.subject.id)


def furnished(park: Park) -> Platform:
    """A platform that has a park's points and limits in its book."""
    directory, number = Directory(), 0
    for enterprise, station in park.stations():
        for card in station.points:
            number += 1
            point = Point(
                number, enterprise.code, card.tag, PointKind(card.kind), card.unit,
                card.low, card.high, station.gateway, period_s=period_s(card, station),
                reporting=Reporting.ON_CHANGE if card.on_change else Reporting.PERIODIC,
            )  # fmt: skip
            directory.put(point)
            if has_trip_alarm(card):
                directory.put_detector(_trip_rule(point))
            for each in card.limits:
                rule = LimitRule(
                    f"{enterprise.code}.{card.tag}.{each.condition}", 1, enterprise.code, number,
                    Condition(each.condition), each.limit, each.grade, each.deadband,
                    round(each.on_delay_s * 1000), round(each.off_delay_s * 1000),
                )  # fmt: skip
                directory.put_rule(rule)
    return Platform(directory, Engine(directory))


def _trip_rule(point: Point) -> DetectorRule:
    """What the template of the platform makes of a trip that is wanted."""
    (found,) = [each for each in propose_detectors(point) if each.name == "trip"]
    return DetectorRule(
        f"{point.enterprise}.{point.tag}.trip", 1, point.enterprise, found.kind,
        {"main": point.id}, found.parameters, found.grade,
    )  # fmt: skip
