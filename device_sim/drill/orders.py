"""What a platform wants played, and how it is told what can be."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from device_sim.fleet.scenario import LIBRARY, BadScenario, Scenario, load
from device_sim.fleet.world import StationKey
from device_sim.park.sample import PARKS
from device_sim.register.platform import Json, Platform, Refused
from device_sim.transport.connection import Login

UNAUTHORIZED, NOT_FOUND = 401, 404


@dataclass(frozen=True, slots=True)
class Order:
    """A drill to be played, or that is played."""

    number: int
    scenario: str
    running: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a drill is played: who speaks as whom. ``logins`` by the gateway that is played; ``twin``:
    enterprise → the code that its messages go under."""

    logins: Mapping[StationKey, Login]
    twin: Mapping[str, str]


class Orders:
    """One platform, asked as the station ``name``; signs in again where its sign-in is over.

    Every call raises ``Away`` or ``Refused``.
    """

    def __init__(self, platform: Platform, name: str) -> None:
        self._platform = platform
        self._place = f"/drills/stations/{quote(name)}"
        self._signed_in = self._told = False

    def next(self) -> Order | None:
        """What is to be played, or is played; the platform is told first what can be."""
        if not self._told:
            self._tell()
        try:
            found = self._asked(f"{self._place}/order")["drill"]
        except Refused as error:
            if error.status != NOT_FOUND:
                raise
            self._told = False
            return None
        if found is None:
            return None
        return Order(int(found["id"]), str(found["scenario"]), found["state"] == "running")

    def begin(self, order: Order) -> Stage:
        """Take a drill up."""
        told = self._platform.post(f"/drills/{order.number}/begin", {})
        logins = {
            (str(each["enterprise"]), str(each["gateway"])): Login(
                str(each["username"]), str(each["password"])
            )
            for each in told["gateways"]
        }
        return Stage(logins, {str(g["enterprise"]): str(g["twin"]) for g in told["gateways"]})

    def end(self, order: Order, outcome: str) -> None:
        """It is over: ``ended`` or ``failed``."""
        self._platform.post(f"/drills/{order.number}/end", {"outcome": outcome})

    def _tell(self) -> None:
        self._sign_in()
        self._platform.put(self._place, {"scenarios": playable()})
        self._told = True

    def _asked(self, path: str) -> Json:
        self._sign_in()
        try:
            return self._platform.one(path)
        except Refused as error:
            if error.status != UNAUTHORIZED:
                raise
        self._signed_in = False
        self._sign_in()
        return self._platform.one(path)

    def _sign_in(self) -> None:
        if not self._signed_in:
            self._platform.sign_in()
            self._signed_in = True


def played(name: str) -> Scenario:
    """A scenario as it is played in a drill: every message says that it is an exercise.

    Raises ``BadScenario``.
    """
    return load(name).model_copy(update={"exercise": True})


def playable() -> list[Json]:
    """The library in the platform's words; a file that makes no sense is left out."""
    found: list[Json] = []
    for path in sorted(LIBRARY.glob("*.yaml")):
        try:
            spec = load(path.stem)
        except BadScenario:
            continue
        found.append(
            {
                "name": spec.name,
                "title": spec.title,
                "title_en": spec.title_en,
                "duration_s": spec.duration_s,
                "gateways": [
                    {"enterprise": enterprise, "gateway": gateway}
                    for enterprise, gateway in stage_of(spec)
                ],
            }
        )
    return found


def stage_of(spec: Scenario) -> list[StationKey]:
    """The gateways that have a plant behind them: what just runs plays no part in a drill."""
    return [
        (enterprise.code, station.gateway)
        for enterprise, station in PARKS[spec.park].stations()
        if not station.is_routine
    ]
