"""How interlocks stand now: what the field shows of them, and whether that is still to be believed."""

from dataclasses import dataclass

from services.api.connectivity import Connectivity
from services.api.register import Register
from services.api.replica import Replica
from services.api.vitals import Vitals
from services.domain.bypass import Bypass
from services.domain.interlock import BYPASSED, is_serving, serves
from services.domain.reading import Quality
from services.domain.use_rate import Use, use_now
from services.store.interlock import Interlock


@dataclass(frozen=True, slots=True)
class LoopNow:
    """How a loop stands: the name of the state that it shows itself (None: nobody knows), since
    when we know (epoch ms), the inputs whose own switches say that they do not vote, whether it
    would act by all of that (None: nobody knows), and whether its unit is shut down with approval.
    """

    state: str | None
    at: int | None
    inputs_out: tuple[str, ...]
    serving: bool | None
    in_outage: bool

    @property
    def use(self) -> Use:
        """As it counts in the use rate of this moment."""
        return use_now(self.serving, in_outage=self.in_outage)


@dataclass(frozen=True, slots=True)
class LiveLoops:
    """What tells how loops stand: the newest values, and whether they still are to be believed."""

    register: Register
    replica: Replica
    vitals: Vitals
    connectivity: Connectivity

    def now(self, interlock: Interlock, now: int) -> LoopNow:
        """With no engine, or while a point is not online, nobody knows what it shows."""
        loop = interlock.loop
        excused = self.register.interlocks.in_outage(loop.enterprise, loop.tag, now)
        at, state = self.shown(loop.enterprise, loop.state_tag)
        inputs = {
            each.tag: self.shown(loop.enterprise, each.state_tag)[1]
            for each in loop.causes
            if each.state_tag is not None
        }
        out = tuple(tag for tag, told in inputs.items() if is_serving(told) is False)
        return LoopNow(state, at, out, serves(loop.voting, state, inputs.values()), excused)

    def unregistered(self, interlock: Interlock) -> list[str]:
        """The tags of its causes and effects that are neither a registered point nor a loop."""
        loop = interlock.loop
        tags = [e.tag for e in loop.causes] + [e.tag for e in loop.effects]
        return [each for each in tags if not self._is_registered(interlock.enterprise, each)]

    def sees_inputs(self, interlock: Interlock) -> bool:
        """Whether all its causes are registered: of another input nobody knows whether it is there."""
        tags = [each.tag for each in interlock.loop.causes]
        return all(self._is_registered(interlock.enterprise, each) for each in tags)

    def bypassed(self, interlock: Interlock | None, bypass: Bypass) -> str | None:
        """The state that the field shows of what is bypassed, on whichever switch of it is out of
        service; None: nobody knows."""
        tags = () if interlock is None else interlock.loop.switches_of(bypass.cause)
        states = [self.shown(bypass.enterprise, tag)[1] for tag in tags]
        out = next((each for each in states if is_serving(each) is False), None)
        return out or (states[0] if states and None not in states else None)

    def bypassed_inputs(self, interlock: Interlock | None) -> list[str]:
        """The inputs of a loop whose own switches showed them bypassed when last heard: that the
        line is down since is no leave for a second bypass."""
        if interlock is None:
            return []
        enterprise, causes = interlock.enterprise, interlock.loop.causes
        return [e.tag for e in causes if self._told(enterprise, e.state_tag) in BYPASSED]

    def shown(self, enterprise: str, tag: str | None) -> tuple[int | None, str | None]:
        """Since when we know what a point shows (None: it never told anything), and its state."""
        place = None if tag is None else self.register.place(enterprise, tag)
        newest = None if place is None else self.replica.values.get(place.point.id)
        if place is None or newest is None:
            return None, None
        blind = not self.vitals.live or not self.connectivity.is_online(place.point)
        return newest.t, None if blind else self._told(enterprise, tag)

    def _is_registered(self, enterprise: str, tag: str) -> bool:
        loops = self.register.interlocks.loops
        return (enterprise, tag) in loops or self.register.place(enterprise, tag) is not None

    def _told(self, enterprise: str, tag: str | None) -> str | None:
        """The last state that a point told, whether or not it is still heard."""
        place = None if tag is None else self.register.place(enterprise, tag)
        newest = None if place is None else self.replica.values.get(place.point.id)
        if place is None or newest is None or newest.q == Quality.BAD:
            return None
        state = place.point.present(newest.v)
        return state if isinstance(state, str) else None
