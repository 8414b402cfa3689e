"""The second input: what another judge has decided lives the life of an alarm, on a lease."""

from dataclasses import replace

import pytest

from services.alerts import engine_claims
from services.alerts.engine import Engine, Outcome, TooManyClaims
from services.domain.alarm import AlarmState, ClosedAs
from services.domain.claim import Claim, Scalar
from services.domain.rule import LimitRule
from services.domain.subject import Subject
from tests.stories.park import GAS, Park, Told, ms, rule

PERMIT = Claim("permit-gas", "acme", Subject("permit", "P-7"), "gas_at_work", True, 2, ms(0), "P-7")


class Court(Park):
    """A park that another judge claims in; `claimed` is what was spooled of its claims."""

    def __init__(self, *rules: LimitRule) -> None:
        super().__init__(*rules)
        self.claimed: list[Claim] = []

    def claim(
        self,
        at: float,
        active: bool = True,
        grade: int = 2,
        lease: float | None = None,
        **facts: Scalar,
    ) -> Told:
        self.now = at
        until = None if lease is None else ms(lease)
        claim = replace(
            PERMIT, active=active, grade=grade, at=ms(at), lease_until=until, facts=facts
        )
        return self.take(self.engine.claim([claim], ms(at)))

    def kill(self, dump: bytes) -> None:
        """Killed, with an older snapshot and what was spooled since."""
        self.engine = Engine.load(dump, self.directory)
        for transition in self.said:
            self.engine.replay_record(transition)
        for claim in self.claimed:
            self.engine.replay_record(claim)

    def take(self, outcome: Outcome) -> Told:
        self.claimed += outcome.claims
        return super().take(outcome)


def test_it_is_raised_acknowledged_and_cleared() -> None:
    court = Court()
    assert court.claim(1) == [("raised", 1)]
    alarm = court.alarm
    assert (alarm.subject, alarm.tag, alarm.limit) == (Subject("permit", "P-7"), None, None)
    court.acknowledge(alarm.id)
    assert court.alarm.state is AlarmState.ACKNOWLEDGED
    assert court.claim(5, active=False) == [("cleared", 5)]
    assert court.open == []


def test_it_returns_and_waits_and_is_superseded_by_the_next() -> None:
    court = Court()
    court.claim(1)
    assert court.claim(2, active=False) == [("returned", 2)]
    assert court.claim(3) == [("superseded", 3), ("raised", 3)]
    assert court.alarm.superseded == 1
    assert sorted(str(a.closed_as) for a in court.alarms.values()) == ["None", "superseded"]


def test_a_closed_one_is_acknowledged_no_more() -> None:
    court = Court()
    court.claim(1)
    court.claim(2, active=False)
    known = court.alarm.id
    court.acknowledge(known)
    assert court.acknowledge(known)[1] == ["not_open"]
    assert court.claim(3) == [("raised", 3)]


def test_said_again_it_says_nothing_new() -> None:
    court = Court()
    court.claim(1, lease=30)
    assert court.claim(10, lease=40) == []
    assert court.last.claims == []


def test_a_worse_grade_asks_again_and_a_milder_one_does_not() -> None:
    court = Court()
    court.claim(1, grade=3)
    court.acknowledge(court.alarm.id)
    assert court.claim(2, grade=1) == [("escalated", 2)]
    assert (court.alarm.state, court.alarm.grade) == (AlarmState.UNACKNOWLEDGED, 1)
    court.acknowledge(court.alarm.id)
    assert court.claim(3, grade=2) == [("deescalated", 3)]
    assert (court.alarm.state, court.alarm.grade) == (AlarmState.ACKNOWLEDGED, 2)


def test_other_facts_are_corrected() -> None:
    court = Court()
    court.claim(1, lel=10.0)
    assert court.claim(2, lel=12.0) == [("corrected", 2)]
    assert court.alarm.facts == {"lel": 12.0}


def test_a_lease_that_runs_out_means_not_judged_never_clear() -> None:
    court = Court()
    court.claim(1, lease=30)
    assert court.wait(29.9) == []
    assert court.wait(31) == [("lapsed", 30)]
    alarm = court.alarm
    assert (alarm.judged, alarm.state, alarm.cleared_at) == (False, AlarmState.UNACKNOWLEDGED, None)
    assert court.engine.unjudged == 1
    assert court.wait(100_000) == []


def test_claimed_again_it_is_judged_again() -> None:
    court = Court()
    court.claim(1, lease=30)
    court.wait(31)
    assert court.claim(40, lease=70) == [("resumed", 40)]
    assert court.alarm.judged
    assert court.engine.unjudged == 0


def test_claimed_over_after_a_lapse_it_returns() -> None:
    court = Court()
    court.claim(1, lease=30)
    court.wait(31)
    assert court.claim(40, active=False, lease=70) == [("returned", 40)]
    assert court.alarm.judged


def test_what_is_not_there_lapses_as_well() -> None:
    court = Court()
    court.claim(1, active=False, lease=30)
    assert court.engine.unjudged == 0
    assert court.wait(31) == []
    assert court.engine.unjudged == 1
    assert court.open == []


def test_it_survives_a_restart_and_lapses_after_it() -> None:
    court = Court()
    court.claim(1, lease=30)
    court.restart()
    assert court.claim(2, lease=30) == []
    court.restart()
    assert court.wait(31) == [("lapsed", 30)]


def test_killed_it_goes_on_from_what_was_spooled() -> None:
    court = Court()
    dump = court.engine.dump()
    court.claim(1, lease=30)
    court.kill(dump)
    assert court.wait(31) == [("lapsed", 30)]
    court.kill(dump)
    assert not court.alarm.judged
    assert court.claim(32, active=False) == [("returned", 32)]
    court.kill(dump)
    assert court.alarm.state is AlarmState.RETURNED_UNACKNOWLEDGED


def test_whoever_claims_the_same_of_the_same_fact_names_it_alike() -> None:
    one, other = Court(), Court()
    one.claim(1)
    other.claim(9)
    assert one.alarm.id == other.alarm.id
    other.claim(10, active=False)
    other.claim(11)
    assert other.alarm.id != one.alarm.id


def test_a_claim_about_a_point_stands_beside_its_limits() -> None:
    court = Court(rule("H", 25))
    court.read(40, 0)
    claim = replace(PERMIT, subject=Subject.point("GT-101"), point_id=GAS.id, key="stuck")
    court.take(court.engine.claim([claim], ms(1)))
    assert [(a.tag, a.rule) for a in court.open] == [("GT-101", "H"), ("GT-101", "stuck")]
    assert court.read(10, 2) == [("returned", 2)]
    assert len(court.open) == 2
    court.book(gone=[GAS])
    assert court.open == []
    assert {a.closed_as for a in court.alarms.values()} == {ClosedAs.WITHDRAWN}


def test_a_foreign_tenants_claim_is_not_there_for_others() -> None:
    court = Court()
    court.claim(1)
    assert court.acknowledge(court.alarm.id, of={"other"})[1] == ["not_found"]


def leased(*names: str) -> list[Claim]:
    subjects = (Subject("permit", name) for name in names)
    return [replace(PERMIT, subject=each, fact=each.id, lease_until=ms(99)) for each in subjects]


def test_a_message_that_claims_more_than_there_is_room_for_is_refused_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine_claims, "MOST", 2)
    court = Court()
    with pytest.raises(TooManyClaims, match="3 more leased claims beside 0: the most is 2"):
        court.engine.claim(leased("a", "b", "c"), ms(0))
    assert court.open == []
    court.take(court.engine.claim(leased("a", "b"), ms(0)))
    with pytest.raises(TooManyClaims):
        court.engine.claim(leased("a", "c"), ms(1))
    assert court.take(court.engine.claim(leased("a", "b"), ms(1))) == [], "renewed, it has room"
    assert len(court.open) == len(court.said) == 2
    over = [replace(each, active=False, lease_until=None, at=ms(2)) for each in leased("a")]
    assert court.take(court.engine.claim(over, ms(2))) == [("returned", 2)]
    court.restart()
    with pytest.raises(TooManyClaims):
        court.engine.claim(leased("c", "d"), ms(3))
    assert court.take(court.engine.claim(leased("c"), ms(3))) == [("raised", 0)]
