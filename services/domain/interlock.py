"""A safety interlock (联锁回路): what it watches and does, how it votes, whether it protects now.

One loop is one safety function: its causes are the inputs of one voting group. The park only looks
on: nothing here is ever written to a controller.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_TEST_DAYS = 3_650
"""Nobody leaves a loop unproved for longer than ten years; a longer interval is a slip."""


class Voting(StrEnum):
    """How many of how many inputs trip the loop (IEC 61511-1; domain facts, section 7)."""

    ONE_OF_ONE = "1oo1"
    ONE_OF_TWO = "1oo2"
    TWO_OF_TWO = "2oo2"
    TWO_OF_THREE = "2oo3"

    @property
    def needs(self) -> int:
        """Votes that trip it."""
        return int(self.value[0])

    @property
    def inputs(self) -> int:
        """How many vote."""
        return int(self.value[3])


SERVING = frozenset({"in_service", "tripped", "reset_pending"})
"""In service, or it has acted: what it is there for."""

OUT = frozenset({"bypass_maintenance", "bypass_operational", "removed", "fault", "proof_test"})
"""It would not act: also while it is being tested, whose time is short and has to be seen."""

BYPASSED = frozenset({"bypass_maintenance", "bypass_operational", "removed", "proof_test"})
"""Somebody has put it out of action: needs an approval. A test takes it out of service no less, and
one that nobody ends is a bypass by another name."""


class Unfit(ValueError):
    """What cannot be registered: `field` says where (e.g. `causes.1.tag`), the text why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


class Taken(Unfit):
    """It would fit, but another loop has it already."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One input: a point, when it votes to trip, and the point that shows the input's own bypass
    switch (None: it is seen in the state of the loop)."""

    tag: str
    condition: str | None = None
    limit: float | None = None
    state_tag: str | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What it does: the valve, pump or further loop, and how (`close`, `stop`, `trip`)."""

    tag: str
    action: str


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop of the register. `state_tag`: the point whose state it is. `required`: it has to be
    there (by design, HAZOP/LOPA or a directive); `fitted`: it is. `sil` 1 to 4, None: none asked.
    """

    enterprise: str
    tag: str
    voting: Voting
    causes: tuple[Cause, ...]
    effects: tuple[Effect, ...]
    sil: int | None = None
    proof_test_days: int | None = None
    state_tag: str | None = None
    required: bool = True
    fitted: bool = True

    @property
    def switches(self) -> tuple[tuple[str, str], ...]:
        """Every point on which a bypass of it is seen, with the field that names it."""
        named = [("state_tag", self.state_tag)]
        named += [(f"causes.{n}.state_tag", each.state_tag) for n, each in enumerate(self.causes)]
        return tuple((field, tag) for field, tag in named if tag is not None)

    def switch_of(self, cause: str | None) -> str | None:
        """The point on which a bypass of one input (None: of the whole loop) is seen."""
        named = next((each.state_tag for each in self.causes if each.tag == cause), None)
        return named or self.state_tag

    def switches_of(self, cause: str | None) -> tuple[str, ...]:
        """The points on which a bypass may be seen: who bypasses the whole loop may turn the
        switches of its inputs."""
        own = [self.switch_of(cause)]
        if cause is None:
            own += [each.state_tag for each in self.causes]
        return tuple(each for each in own if each is not None)


def check(loop: Loop, neighbours: Iterable[Loop] = ()) -> None:
    """Raises Unfit for what cannot be, Taken for what another loop has. `neighbours`: the loops of
    its enterprise."""
    others = [each for each in neighbours if each.tag != loop.tag]
    _check_numbers(loop)
    if len(loop.causes) != loop.voting.inputs:
        raise Unfit(
            "causes",
            f"{loop.voting} votes over {loop.voting.inputs} inputs and {len(loop.causes)} are "
            "named: name each input once",
        )
    if not loop.effects:
        raise Unfit("effects", "name at least one thing that it does")
    _check_once("causes", loop.tag, [each.tag for each in loop.causes])
    _check_once("effects", loop.tag, [each.tag for each in loop.effects])
    both = {each.tag for each in loop.causes}
    for place, effect in enumerate(loop.effects):
        if effect.tag in both:
            raise Unfit(f"effects.{place}.tag", f"{effect.tag} is one of its causes")
    _check_switches(loop)
    _check_cycle(loop, others)
    _check_apart(loop, others)


def protects(voting: Voting, bypassed: int) -> bool:
    """Whether it still acts with so many inputs bypassed: a bypassed input never votes to trip."""
    return voting.inputs - bypassed >= voting.needs


def is_serving(state: str | None) -> bool | None:
    """Whether a state is one of service; None: nobody knows."""
    if state in SERVING:
        return True
    return False if state in OUT else None


def serves(voting: Voting, own: str | None, inputs: Collection[str | None]) -> bool | None:
    """Whether a loop would act; None: nobody knows. `own`: the state that it shows itself;
    `inputs`: what the inputs' own switches show, of those that have one. An input without one
    shows its bypass in the state of the loop."""
    itself, told = is_serving(own), [is_serving(each) for each in inputs]
    out = told.count(False)
    if itself is False or not protects(voting, out):
        return False
    if itself is None or not protects(voting, out + told.count(None)):
        return None
    return True


def out_of_reach(limit: float | None, low: float | None, high: float | None) -> bool:
    """Whether an input would never vote: its limit lies outside of what its point can show."""
    if limit is None:
        return False
    return (low is not None and limit < low) or (high is not None and limit > high)


def less_seen(before: Loop, after: Loop) -> str | None:
    """The field by which less of a loop would be counted, or by other signs; None: none. Who is
    measured by the loop does not decide that alone."""
    if before.required and not after.required:
        return "required"
    if before.fitted and not after.fitted:
        return "fitted"
    if before.state_tag is not None and before.state_tag != after.state_tag:
        return "state_tag"
    kept = {each.state_tag for each in after.causes}
    if any(each.state_tag not in kept for each in before.causes):
        return "causes"
    spare = after.voting.inputs - after.voting.needs
    return "voting" if spare > before.voting.inputs - before.voting.needs else None


def _check_numbers(loop: Loop) -> None:
    if loop.sil is not None and not 1 <= loop.sil <= 4:
        raise Unfit("sil", "it is 1, 2, 3 or 4; leave it out where none is asked for")
    days = loop.proof_test_days
    if days is not None and not 1 <= days <= MOST_TEST_DAYS:
        raise Unfit("proof_test_days", f"it is 1 to {MOST_TEST_DAYS} days")
    if not loop.required and not loop.fitted:
        raise Unfit("fitted", "a loop that neither has to be there nor is there is no loop")


def _check_once(field: str, own: str, tags: Sequence[str]) -> None:
    for place, tag in enumerate(tags):
        if tag == own:
            raise Unfit(f"{field}.{place}.tag", "a loop is not its own cause or effect")
        if tag in tags[:place]:
            raise Unfit(f"{field}.{place}.tag", f"{tag} is named twice")


def _check_switches(loop: Loop) -> None:
    """Two inputs, or an input and the loop, cannot show their bypass on one point."""
    seen = {loop.state_tag} - {None}
    for place, cause in enumerate(loop.causes):
        if cause.state_tag is None:
            continue
        if cause.state_tag in seen:
            raise Unfit(f"causes.{place}.state_tag", f"{cause.state_tag} shows another bypass")
        seen.add(cause.state_tag)


def _check_apart(loop: Loop, others: Iterable[Loop]) -> None:
    """No two loops show a bypass on one point: the approval of one would be that of the other."""
    taken = {tag: each.tag for each in others for _, tag in each.switches}
    for field, tag in loop.switches:
        if tag in taken:
            raise Taken(field, f"{tag} shows the state of {taken[tag]}, or of an input of it")


def _check_cycle(loop: Loop, others: Iterable[Loop]) -> None:
    """What it does must not lead back to what it watches: it would hold itself tripped."""
    steps: dict[str, list[str]] = {}
    for each in (*others, loop):
        _lead(steps, each)
    outcomes = [(f"effects.{place}.tag", each.tag) for place, each in enumerate(loop.effects)]
    if loop.state_tag is not None and loop.state_tag != loop.tag:
        outcomes.append(("state_tag", loop.state_tag))
    for field, tag in outcomes:
        way = _way(steps, tag, loop.tag)
        if way is not None:
            told = " → ".join((loop.tag, *way))
            raise Unfit(field, f"it leads back to the loop itself: {told}")


def _lead(steps: dict[str, list[str]], loop: Loop) -> None:
    for cause in loop.causes:
        steps.setdefault(cause.tag, []).append(loop.tag)
    outcomes = steps.setdefault(loop.tag, [])
    outcomes.extend(effect.tag for effect in loop.effects)
    if loop.state_tag is not None and loop.state_tag != loop.tag:
        outcomes.append(loop.state_tag)  # who watches its state watches the loop


def _way(steps: Mapping[str, Sequence[str]], start: str, goal: str) -> tuple[str, ...] | None:
    """A way from one tag to another, both included; None: there is none."""
    came_from: dict[str, str | None] = {start: None}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        if here == goal:
            way: list[str] = []
            at: str | None = here
            while at is not None:
                way.append(at)
                at = came_from[at]
            return tuple(reversed(way))
        for following in steps.get(here, ()):
            if following not in came_from:
                came_from[following] = here
                waiting.append(following)
    return None
