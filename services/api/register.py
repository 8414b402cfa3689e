"""The register in memory, so that lists, names and live push do not need the database."""

import asyncio
from bisect import bisect_right
from collections.abc import Callable, Iterable
from heapq import nsmallest

from services.api.database import Database, DatabaseAway
from services.api.group_index import GroupIndex
from services.api.interlock_register import InterlockRegister
from services.api.key_places import KeyPlaces
from services.domain.drill import is_twin
from services.domain.shelving_policy import ShelvingPolicy
from services.store.hazard_source import HazardSource, WeightsVersion
from services.store.register import Enterprise, Gateway, Place, RegisterChange, changes, version
from services.store.shelving import ShelvingVersion, policy_of
from services.store.tenant import EVERY

LOAD_DEADLINE_S = 60.0
"""The first load is the whole register; later ones are what changed."""


class Register:
    """Enterprises, gateways and points as of `version` of the book."""

    def __init__(self) -> None:
        self.version = -1
        self.enterprises: dict[str, Enterprise] = {}
        self.gateways: dict[tuple[str, str], Gateway] = {}
        self.by_username: dict[str, Gateway] = {}
        self.by_id: dict[int, Place] = {}
        self._places: dict[tuple[str, str], Place] = {}
        self._order: list[tuple[str, str]] | None = None
        self.gateways_version = 0
        """Raised by every change of a gateway."""
        self.hazard_sources: dict[tuple[str, str], HazardSource] = {}
        self.weights: WeightsVersion | None = None
        """Of the risk index; None: those that stand in the code."""
        self.shelving: ShelvingVersion | None = None
        """None: the shelving policy that stands in the code."""
        self.groups = GroupIndex()
        self.key_places = KeyPlaces()
        self.interlocks = InterlockRegister()
        self._by_source: dict[tuple[str, str], dict[int, Place]] = {}
        self._judged_until: dict[tuple[str, str], int] = {}

    @property
    def is_loaded(self) -> bool:
        return self.version >= 0

    @property
    def shelving_policy(self) -> ShelvingPolicy:
        """What may be taken off the board by hand now."""
        kept = self.shelving
        return ShelvingPolicy() if kept is None else policy_of(kept.version, kept.policy)

    def place(self, enterprise: str, tag: str) -> Place | None:
        return self._places.get((enterprise, tag))

    def is_judged(self, enterprise: str, tag: str, now: int) -> bool:
        """Whether a rule is in force for a point at `now` (epoch ms)."""
        own = self._judged_until.get((enterprise, tag), 0)
        return max(own, self.groups.judged_until(enterprise, tag)) > now

    def all_places(self) -> list[Place]:
        """Every point, in no order."""
        return list(self._places.values())

    def counts(self) -> tuple[int, int]:
        """How many points and gateways there are; copies for a drill count nowhere."""
        twins = frozenset(code for code in self.enterprises if is_twin(code))
        copies = len(list(self.points_of(twins))) if twins else 0
        doors = sum(not is_twin(enterprise) for enterprise, _ in self.gateways)
        return len(self.by_id) - copies, doors

    def enterprise_of(self, point_id: int) -> str | None:
        place = self.by_id.get(point_id)
        return None if place is None else place.point.enterprise

    def apply(self, change: RegisterChange) -> None:
        """Bring it up to the version of a change."""
        self._apply_enterprises(change)
        self._apply_gateways(change)
        for place in change.places:
            point = place.point
            if (point.enterprise, point.tag) not in self._places:
                self._order = None
            self._leave_source(self._places.get((point.enterprise, point.tag)))
            self._places[point.enterprise, point.tag] = place
            self.by_id[point.id] = place
            if point.hazard_source is not None:
                source = point.enterprise, point.hazard_source
                self._by_source.setdefault(source, {})[point.id] = place
        for key in change.removed_points:
            gone = self._places.pop(key, None)
            if gone is not None:
                self._leave_source(gone)
                self.by_id.pop(gone.point.id, None)
                self._order = None
        for each in change.hazard_sources:
            self.hazard_sources[each.enterprise, each.code] = each
        self.interlocks.apply(change.interlocks, change.bypasses)
        self.key_places.apply(change.key_places)
        self.weights = change.weights
        self.groups.take(change.groups, change.groups_judged_until)
        self.shelving = change.shelving
        for name, until in change.judged_until.items():
            if until is None:
                self._judged_until.pop(name, None)
            else:
                self._judged_until[name] = until
        self.version = change.version

    def places_after(
        self,
        after: tuple[str, str],
        fits: Callable[[Place], bool],
        limit: int,
        last: str | None = None,
    ) -> list[Place]:
        """Points that fit, in the order of (enterprise, tag), after that place in it; `last`: the
        last enterprise to look at."""
        found: list[Place] = []
        order = self._ordered()
        for index in range(bisect_right(order, after), len(order)):
            if last is not None and order[index][0] > last:
                break
            place = self._places[order[index]]
            if fits(place):
                found.append(place)
                if len(found) == limit:
                    break
        return found

    def points_of(self, enterprises: frozenset[str] | None) -> Iterable[int]:
        """The numbers of the points of these enterprises (None: all)."""
        if enterprises is None:
            return self.by_id.keys()
        return [n for n, place in self.by_id.items() if place.point.enterprise in enterprises]

    def places_of_source(self, enterprise: str, source: str) -> list[Place]:
        """The points that name this hazard source, registered or not, by their tags."""
        found = self._by_source.get((enterprise, source), {}).values()
        return sorted(found, key=lambda place: place.point.tag)

    def sources(self) -> dict[str, list[str]]:
        """The hazard sources of each enterprise by code: registered ones, and those that only
        points name."""
        found: dict[str, list[str]] = {}
        for enterprise, code in sorted({*self.hazard_sources, *self._by_source}):
            found.setdefault(enterprise, []).append(code)
        return found

    def sources_after(
        self, after: tuple[str, str], scope: frozenset[str] | None, limit: int
    ) -> list[tuple[str, str]]:
        """The hazard sources of these enterprises (None: all), as `sources` has them, in the order
        of (enterprise, code) after one."""
        known = {
            key
            for those in (self.hazard_sources, self._by_source)
            for key in those
            if key > after and (scope is None or key[0] in scope)
        }
        return nsmallest(limit, known)

    def _leave_source(self, place: Place | None) -> None:
        if place is None or place.point.hazard_source is None:
            return
        source = place.point.enterprise, place.point.hazard_source
        those = self._by_source.get(source, {})
        those.pop(place.point.id, None)
        if not those:
            self._by_source.pop(source, None)

    def _ordered(self) -> list[tuple[str, str]]:
        if self._order is None:
            self._order = sorted(self._places)
        return self._order

    def _apply_enterprises(self, change: RegisterChange) -> None:
        for enterprise in change.enterprises:
            self.enterprises[enterprise.code] = enterprise
        for code in change.removed_enterprises:
            self.enterprises.pop(code, None)
            for key in [each for each in self.hazard_sources if each[0] == code]:
                del self.hazard_sources[key]

    def _apply_gateways(self, change: RegisterChange) -> None:
        for gateway in change.gateways:
            self.gateways[gateway.enterprise, gateway.code] = gateway
            self.by_username[gateway.username] = gateway
        for key in change.removed_gateways:
            gone = self.gateways.pop(key, None)
            if gone is not None:
                self.by_username.pop(gone.username, None)
        if change.gateways or change.removed_gateways:
            self.gateways_version += 1


class RegisterFollower:
    """Keeps a register up to date from the database; one look at a time."""

    def __init__(self, database: Database, register: Register) -> None:
        self._database = database
        self._register = register
        self._one_at_a_time = asyncio.Lock()
        self.is_behind = True
        """Whether a change of our own may not be in the register yet: before the first look it is
        none at all, and an api that comes after another one's work must not deny it."""

    async def look(self) -> bool:
        """Whether something changed. Raises DatabaseAway."""
        async with self._one_at_a_time:
            changed = await self._look()
            self.is_behind = False
            return changed

    async def catch_up(self) -> None:
        """Before a change: who was told that his last one is made may build upon it.

        Raises DatabaseAway.
        """
        if self.is_behind:
            await self.look()

    async def _look(self) -> bool:
        async with self._database.transaction(tenant=EVERY) as connection:
            if await version(connection) == self._register.version:
                return False
        async with self._database.transaction(LOAD_DEADLINE_S, tenant=EVERY) as connection:
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            change = await changes(connection, max(self._register.version, 0))
        self._register.apply(change)
        return True


async def refresh(follower: RegisterFollower) -> None:
    """Take a change of one's own in at once; if the database just went, the next look does."""
    try:
        await follower.look()
    except DatabaseAway:
        follower.is_behind = True
