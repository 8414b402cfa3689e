"""When the watcher screams, in virtual time: a sign each ten seconds, a look each quarter."""

import pytest

from services.watcher.verdict import Call, Verdict

EVERY_S = 10.0
LOOK_S = 0.25
BOUND_S = 30.0


class Vigil:
    """A chain that gives signs while it works, and a verdict that looks at it."""

    def __init__(self, verdict: Verdict | None = None, began: float = 1_000.0) -> None:
        self.verdict = verdict or Verdict(silence_s=25.0, repeat_s=300.0)
        self.now = began
        self.works = True
        self._next = began
        self._sent_at: float | None = None
        self.calls: list[tuple[float, Call]] = []

    def watch(self, seconds: float) -> list[tuple[float, Call]]:
        """Let time pass; what was said meanwhile, and when."""
        before, end = len(self.calls), self.now + seconds
        while self.now < end:
            self.now += LOOK_S
            if self.now >= self._next:
                self._next += EVERY_S
                self._sent_at = self.now if self.works else self._sent_at
            if self._sent_at is not None:
                self.verdict.sign(self.now - self._sent_at)
            self.look()
        return self.calls[before:]

    def look(self) -> None:
        call = self.verdict.look(self.now)
        if call is not None:
            self.calls.append((self.now, call))


def test_a_chain_that_works_is_never_screamed_about() -> None:
    assert Vigil().watch(86_400) == []


@pytest.mark.parametrize("after_a_sign", [0.25, 1, 4.75, 9.75])
def test_a_dead_chain_is_screamed_about_within_half_a_minute_whenever_it_dies(
    after_a_sign: float,
) -> None:
    vigil = Vigil()
    vigil.watch(600 + after_a_sign)
    died, vigil.works = vigil.now, False
    ((at, call),) = vigil.watch(60)
    assert call is Call.SCREAM
    assert at - died <= BOUND_S


def test_one_that_never_worked_is_screamed_about_too() -> None:
    vigil = Vigil()
    vigil.works = False
    ((at, call),) = vigil.watch(60)
    assert (call, at <= 1_000 + BOUND_S) == (Call.SCREAM, True)


def test_one_round_that_fails_is_no_reason() -> None:
    vigil = Vigil()
    vigil.watch(595)
    vigil.works = False
    vigil.watch(10)
    vigil.works = True
    vigil.watch(600)
    assert vigil.calls == []


def test_it_goes_on_screaming_and_says_when_all_is_well() -> None:
    vigil = Vigil()
    vigil.works = False
    vigil.watch(1_000)
    assert [call for _, call in vigil.calls] == [Call.SCREAM, Call.AGAIN, Call.AGAIN, Call.AGAIN]
    vigil.works = True
    ((_, call),) = vigil.watch(60)
    assert call is Call.WELL
    assert 990 < vigil.verdict.outage_s < 1_020
    assert vigil.watch(600) == []


def test_a_slow_chain_is_measured_from_when_the_canary_was_sent() -> None:
    verdict = Verdict(silence_s=25.0, repeat_s=300.0)
    verdict.look(0.0)
    for second in range(1, 26):
        verdict.sign(30.0)  # it did come out, half a minute after it was sent
        call = verdict.look(float(second))
    assert call is Call.SCREAM


def test_time_in_which_it_did_not_run_itself_is_nobodys_silence() -> None:
    vigil = Vigil()
    vigil.watch(600)
    vigil.now += 3_600  # stopped, or the machine slept: its rounds stood still as well
    vigil.look()
    assert vigil.calls == []


def test_an_heir_of_one_that_screamed_does_not_scream_again_but_says_when_all_is_well() -> None:
    vigil = Vigil(Verdict(silence_s=25.0, repeat_s=300.0, screaming=True))
    vigil.works = False
    assert vigil.watch(100) == []
    vigil.works = True
    ((_, call),) = vigil.watch(20)
    assert call is Call.WELL
