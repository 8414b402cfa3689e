"""What the time line says about the plant at a moment."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from device_sim.fleet.cause import (
    EquipmentCause,
    InstrumentCause,
    InterlockCause,
    PowerCause,
    WeatherCause,
)
from device_sim.fleet.lever import Lever
from device_sim.fleet.scenario import Cause
from device_sim.physics.ailment import WARM_UP_S, Ailment, Kind
from device_sim.physics.weather import Climate

COLD = Ailment(Kind.WARM_UP)


class Timeline:
    """Answers by the second; of causes that overlap on one thing, the last on the list holds."""

    def __init__(self, causes: Iterable[Cause], climate: Climate) -> None:
        held = list(causes)
        self._equipment = [each for each in held if isinstance(each, EquipmentCause)]
        self._interlocks = [each for each in held if isinstance(each, InterlockCause)]
        self._instruments = [each for each in held if isinstance(each, InstrumentCause)]
        self._power = [each for each in held if isinstance(each, PowerCause)]
        fronts = [each for each in held if isinstance(each, WeatherCause)]
        self._fronts = sorted(fronts, key=lambda each: each.at_s)
        self._climate = climate
        self._ailing: dict[str, Sequence[InstrumentCause]] = {}

    def levers(self, elapsed_s: float, known: Mapping[str, Lever]) -> dict[str, float]:
        """Where the levers are that are not in their normal place."""
        moved: dict[str, float] = {}
        for cause in self._equipment:
            lever = known.get(cause.at)
            if lever is not None and cause.holds(elapsed_s):
                way = (elapsed_s - cause.at_s) / cause.over_s if cause.over_s > 0 else 1.0
                moved[cause.at] = lever.normal + (cause.to - lever.normal) * min(1.0, way)
        return moved

    def orders(self, enterprise: str, elapsed_s: float) -> dict[str, str]:
        """The interlocks of an enterprise that are ordered into a state, by tag."""
        return {
            cause.tag.partition("/")[2]: cause.to
            for cause in self._interlocks
            if cause.tag.partition("/")[0] == enterprise and cause.holds(elapsed_s)
        }

    def ailment(self, tag: str, elapsed_s: float) -> Ailment | None:
        """What is the matter with an instrument, named with its enterprise."""
        if tag not in self._ailing:
            self._ailing[tag] = tuple(
                cause for cause in self._instruments if matches(cause.tags, tag)
            )
        found: Ailment | None = None
        for cause in self._ailing[tag]:
            if cause.holds(elapsed_s):
                found = Ailment(cause.kind, cause.size or 0.0)
        return found

    def powered(self, enterprise: str, elapsed_s: float) -> bool:
        """Whether an enterprise has power."""
        return not any(
            cause.enterprise == enterprise and cause.holds(elapsed_s) for cause in self._power
        )

    def cold(self, enterprise: str, elapsed_s: float) -> bool:
        """Whether it got its power back so lately that its detectors are not warm."""
        return any(
            cause.enterprise == enterprise and 0 <= elapsed_s - cause.until_s < WARM_UP_S
            for cause in self._power
        )

    def front(self, elapsed_s: float) -> Climate | None:
        """Another climate, if one begins by this second; each is told once."""
        turned: Climate | None = None
        while self._fronts and self._fronts[0].at_s <= elapsed_s:
            front = self._fronts.pop(0)
            given = front.model_dump(exclude={"cause", "at_s"}, exclude_none=True)
            turned = self._climate = replace(self._climate, **given)
        return turned


def matches(patterns: Iterable[str], name: str) -> bool:
    """Whether any pattern stands for a name; ``*`` and ``?`` as in file names."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def strangers(
    causes: Sequence[Cause],
    levers: Mapping[str, Lever],
    tags: Mapping[str, str],
    gateways: Sequence[str],
) -> Iterator[tuple[int, str, str]]:
    """Causes that speak of what the park has not: place, field, sentence.

    ``tags``: kind by tag named with its enterprise; ``gateways`` likewise.
    """
    enterprises = {each.partition("/")[0] for each in gateways}
    for place, cause in enumerate(causes):
        if isinstance(cause, EquipmentCause):
            yield from ((place, field, text) for field, text in _lever(cause, levers))
        elif isinstance(cause, InterlockCause) and tags.get(cause.tag) != "interlock":
            known = sorted(tag for tag, kind in tags.items() if kind == "interlock")
            yield place, "tag", f"no interlock {cause.tag!r}; there are {_some(known)}"
        elif isinstance(cause, PowerCause) and cause.enterprise not in enterprises:
            text = f"no enterprise {cause.enterprise!r}; there are {_some(sorted(enterprises))}"
            yield place, "enterprise", text
        for field, known_names in (("tags", list(tags)), ("gateways", list(gateways))):
            for pattern in getattr(cause, field, ()):
                if not any(fnmatchcase(name, pattern) for name in known_names):
                    singular = field.removesuffix("s")
                    text = f"no {singular} {pattern!r}; there are {_some(known_names)}"
                    yield place, field, text


def _lever(cause: EquipmentCause, levers: Mapping[str, Lever]) -> Iterator[tuple[str, str]]:
    lever = levers.get(cause.at)
    if lever is None:
        yield "at", f"no equipment {cause.at!r}; there is {_some(sorted(levers))}"
    elif not lever.low <= cause.to <= lever.high:
        text = f"{cause.at} goes from {lever.low:g} to {lever.high:g} {lever.unit}"
        yield "to", f"{text}, not to {cause.to:g}"


def _some(names: Sequence[str], most: int = 12) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
