"""How interlocks stand now: what the field shows of them, and whether that is still to be believed."""

from dataclasses import dataclass

from services.api.connectivity import Connectivity
from services.api.interlock_register import InterlockRegister
from services.api.replica import Replica
from services.api.vitals import Vitals
from services.domain.reading import Quality
from services.domain.use_rate import Use, use_now
from services.store.interlock import Interlock
from services.store.register import Place


@dataclass(frozen=True, slots=True)
class LoopNow:
    """How a loop stands: the name of its state (None: nobody knows), since when we know (epoch
    ms), and whether its unit is shut down with approval."""

    state: str | None
    at: int | None
    in_outage: bool

    @property
    def use(self) -> Use:
        """As it counts in the use rate of this moment."""
        return use_now(self.state, in_outage=self.in_outage)


@dataclass(frozen=True, slots=True)
class LiveLoops:
    """What tells how loops stand: the newest values, and whether they still are to be believed."""

    register: InterlockRegister
    replica: Replica
    vitals: Vitals
    connectivity: Connectivity

    def now(self, loop: Interlock, place: Place | None, now: int) -> LoopNow:
        """`place`: the point on which its state is seen. With no engine, or while the point is
        not online, nobody knows."""
        excused = self.register.in_outage(loop.enterprise, loop.tag, now)
        newest = None if place is None else self.replica.values.get(place.point.id)
        if place is None or newest is None:
            return LoopNow(None, None, excused)
        blind = not self.vitals.live or not self.connectivity.is_online(place.point)
        if blind or newest.q == Quality.BAD:
            return LoopNow(None, newest.t, excused)
        state = place.point.present(newest.v)
        return LoopNow(state if isinstance(state, str) else None, newest.t, excused)
