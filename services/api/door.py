"""The field's door: shut until our own sessions stand, then held to what the register says."""

import asyncio

import structlog

from services.api.broker_access import BrokerAccess, BrokerAway
from services.api.register import Register
from services.api.troubles import Place, Troubles
from services.api.vitals import Vitals

_log = structlog.get_logger()


class Door:
    """Lets gateways in once ingest and engine hold their sessions, and follows every change.

    Who floods us is left out until its time is over.

    Without access to the broker (a foreign one, whose users its own operator keeps) the door
    only follows the services.
    """

    def __init__(
        self,
        access: BrokerAccess | None,
        register: Register,
        vitals: Vitals,
        troubles: Troubles,
    ) -> None:
        self._access = access
        self._troubles = troubles
        self._register = register
        self._vitals = vitals
        self._one_at_a_time = asyncio.Lock()
        self._in_force: tuple[int, frozenset[Place]] | None = None
        self.is_open = False
        self.trouble: str | None = None
        """Why the broker does not hold what the register says; None when it does."""

    @property
    def is_ours(self) -> bool:
        """Whether this api keeps the broker's users."""
        return self._access is not None

    async def follow(self) -> bool:
        """Bring the broker up to the register; whether it holds it now. Called often."""
        if not self.is_open and not (self._vitals.services_ready and self._register.is_loaded):
            return False
        async with self._one_at_a_time:
            wanted = self._register.gateways_version, self._troubles.cut()
            if wanted != self._in_force:
                if not await self._put(wanted[1]):
                    return False
                self._tell(wanted[1])
                self._in_force = wanted
            self._opened()
        return True

    async def renew(self, *, cut: bool) -> bool:
        """Make the broker read its files again; whether it did. `cut`: every gateway has to come in
        anew, which takes a moment."""
        if self._access is None:
            return True
        async with self._one_at_a_time:
            try:
                if cut:
                    await self._access.put([])
                    self._in_force = None
                else:
                    await self._access.reload()
            except BrokerAway as error:
                _log.warning("the broker does not take what was renewed", reason=str(error))
                return False
        return True

    async def _put(self, cut: frozenset[Place]) -> bool:
        if self._access is None:
            return True
        gateways = self._register.gateways
        try:
            await self._access.put([each for place, each in gateways.items() if place not in cut])
        except BrokerAway as error:
            if self.trouble is None:
                _log.warning("the broker does not hold the gateways", reason=str(error))
            self.trouble = str(error)
            return False
        self.trouble = None
        return True

    def _tell(self, cut: frozenset[Place]) -> None:
        before = frozenset() if self._in_force is None else self._in_force[1]
        for enterprise, gateway in sorted(cut - before):
            _log.warning(
                "a gateway is cut, for it floods us", enterprise=enterprise, gateway=gateway
            )
        for enterprise, gateway in sorted(before - cut):
            _log.info("a gateway is let in again", enterprise=enterprise, gateway=gateway)

    def _opened(self) -> None:
        if not self.is_open:
            self.is_open = True
            _log.info("gateways may come in", gateways=len(self._register.gateways))
