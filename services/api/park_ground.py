"""What lies under the park's objects: its plan as a picture, placed by three corners, and tiles."""

import math
import re
from dataclasses import dataclass
from pathlib import Path

import structlog

from services.api.picture import BadPicture, Picture, read_picture
from services.runtime.settings import Settings

Corner = tuple[float, float]
"""Degrees, WGS 84: longitude, latitude."""
WIDEST_DEGREES = 1.0
"""No park is larger; a plan that is has its numbers turned round or misspelt."""
_TILES = re.compile(r"(https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?)/[!-~]*")
_UNSAFE = re.compile(r"[\"'\\<>;,`^|]")
_PLACE = re.compile(r"\{[^{}]*\}")
_log = structlog.get_logger()


class BadGround(ValueError):
    """A setting that cannot be followed; one sentence."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`corners`: of the picture as it is drawn, upper left, upper right, lower left."""

    picture: Picture
    corners: tuple[Corner, Corner, Corner]


@dataclass(frozen=True, slots=True)
class Ground:
    """`tiles`: a URL with `{z}`, `{x}`, `{y}`; `faults`: what was set and cannot be shown."""

    plan: Plan | None = None
    tiles: str | None = None
    faults: tuple[str, ...] = ()

    @property
    def images(self) -> str:
        """The one origin that pictures may come from beside our own; empty: none."""
        found = _TILES.fullmatch(self.tiles or "")
        return found[1] if found else ""


def ground_of(settings: Settings) -> Ground:
    """What is set. A bad setting costs its picture, never the alarms: it is a fault, in a sentence."""
    plan, tiles, faults = None, None, []
    try:
        plan = plan_of(settings.plan_file, settings.plan_corners)
    except BadGround as error:
        faults.append(str(error))
    try:
        tiles = tiles_of(settings.tiles_url)
    except BadGround as error:
        faults.append(str(error))
    for fault in faults:
        _log.warning("what was set to lie under the park is not shown", reason=fault)
    return Ground(plan, tiles, tuple(faults))


def plan_of(file: Path | None, corners: str | None) -> Plan | None:
    """The plan that is set; None: none is. Raises BadGround."""
    if file is None and corners is None:
        return None
    if file is None or corners is None:
        name = "PLAN_FILE" if file is None else "PLAN_CORNERS"
        raise BadGround(f"PARKWATCH_{name} is not set: a plan needs its file and its corners.")
    placed = corners_of(corners)
    try:
        return Plan(read_picture(file.read_bytes()), placed)
    except OSError as error:
        raise BadGround(f"PARKWATCH_PLAN_FILE cannot be read: {error.strerror}.") from error
    except BadPicture as error:
        raise BadGround(f"PARKWATCH_PLAN_FILE is no plan: {error}.") from error


def corners_of(text: str) -> tuple[Corner, Corner, Corner]:
    """`lon,lat lon,lat lon,lat`: upper left, upper right, lower left. Raises BadGround."""
    said = [each.split(",") for each in text.split()]
    try:
        numbers = [(float(lon), float(lat)) for lon, lat in said]
        left, right, low = numbers
    except ValueError:
        raise BadGround(
            "PARKWATCH_PLAN_CORNERS: three corners as 'lon,lat lon,lat lon,lat' are wanted."
        ) from None
    for lon, lat in numbers:
        if not (abs(lon) <= 180 and abs(lat) < 85):  # NaN is neither
            raise BadGround(f"PARKWATCH_PLAN_CORNERS: {lon:g},{lat:g} is no place in degrees.")
    (across, down), (aside, along) = _span(left, right), _span(left, low)
    if max(map(abs, (across, down, aside, along))) > WIDEST_DEGREES:
        raise BadGround("PARKWATCH_PLAN_CORNERS: the corners are more than one degree apart.")
    shrink = math.cos(math.radians(left[1]))
    size = math.hypot(across * shrink, down) * math.hypot(aside * shrink, along)
    # A thousandth of a right angle: such a picture would be a line.
    if abs(across * along - down * aside) * shrink <= size / 1_000 or size == 0:
        raise BadGround("PARKWATCH_PLAN_CORNERS: the three corners lie on one line.")
    return left, right, low


def tiles_of(url: str | None) -> str | None:
    """The URL that is set; None: none is. Raises BadGround."""
    if url is None:
        return None
    if not _TILES.fullmatch(url) or _UNSAFE.search(url):
        raise BadGround(
            "PARKWATCH_TILES_URL: an address like https://maps.example/{z}/{x}/{y}.png."
        )
    if sorted(_PLACE.findall(url)) != ["{x}", "{y}", "{z}"]:
        raise BadGround(
            "PARKWATCH_TILES_URL names each of {z}, {x} and {y} once, and nothing else."
        )
    return url


def _span(start: Corner, end: Corner) -> Corner:
    return end[0] - start[0], end[1] - start[1]
