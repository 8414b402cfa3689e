"""What lies under the park: a plan that is one, its corners, tiles from one origin; or one sentence."""

import struct
from pathlib import Path

import pytest

from services.api.park_ground import BadGround, Ground, corners_of, ground_of, tiles_of
from services.api.picture import MOST_BYTES, BadPicture, read_picture
from services.runtime.settings import Settings
from tests.living.picture import png

CORNERS = "107.438,38.2245 107.468,38.2245 107.438,38.2055"
TILES = "https://maps.park.example:8443/base/{z}/{x}/{y}.png"


def jpeg(width: int = 640, height: int = 480) -> bytes:
    def segment(marker: int, body: bytes) -> bytes:
        return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body

    application = segment(0xE0, b"JFIF\0" + bytes(9))
    # A table holds the marker of a frame; its length leads over it.
    table = segment(0xDB, b"\xff\xc0\0\x11" + bytes(60))
    frame = segment(0xC2, struct.pack(">BHHB", 8, height, width, 3) + bytes(9))
    return b"\xff\xd8" + application + table + frame + b"\xff\xd9"


def settings(tmp_path: Path, payload: bytes | None = None, **more: str) -> Settings:
    file = tmp_path / "plan"
    if payload is not None:
        file.write_bytes(payload)
        more |= {"plan_file": str(file)}
    return Settings(_env_file=None, **more)  # type: ignore[arg-type]


def test_a_picture_is_what_its_bytes_say() -> None:
    found = read_picture(png(3, 2))
    assert (found.media_type, found.width, found.height) == ("image/png", 3, 2)
    found = read_picture(jpeg(640, 480))
    assert (found.media_type, found.width, found.height) == ("image/jpeg", 640, 480)


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (b"", "neither PNG nor JPEG"),
        (b"<svg onload='x'/>", "neither PNG nor JPEG"),
        (b"GIF89a" + bytes(20), "neither PNG nor JPEG"),
        (png()[:-3], "cut short"),
        (png()[:14], "cut short"),
        (jpeg()[:-2], "cut short"),
        (b"\xff\xd8\xff\xd9", "cut short"),
        (b"\xff\xd8\xff\xc0\0\x11\xff\xd9", "cut short"),
        (png(0, 2), "0 by 2 pixels"),
        (png(8_193, 2), "8193 by 2 pixels"),
        (png(8_000, 8_000), "at most 40 million"),
        (png() + bytes(MOST_BYTES), "larger than 4 MiB"),
    ],
)
def test_what_is_none_is_refused_in_one_sentence(payload: bytes, says: str) -> None:
    with pytest.raises(BadPicture, match=says):
        read_picture(payload)


def test_the_corners_may_stand_in_any_direction() -> None:
    left, right, low = corners_of(CORNERS)
    assert (left, right, low) == ((107.438, 38.2245), (107.468, 38.2245), (107.438, 38.2055))
    assert corners_of("107.45,38.20 107.44,38.22 107.47,38.21")[0] == (107.45, 38.2)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "three corners"),
        ("1,2 3,4", "three corners"),
        ("1,2 3,4 5,6 7,8", "three corners"),
        ("107.4;38.2 107.5;38.2 107.4;38.1", "three corners"),
        ("38.2,107.4 38.2,107.5 38.1,107.4", "38.2,107.4 is no place"),
        ("nan,38 107,38 107,37.9", "is no place"),
        ("107,38 109,38 107,37.9", "more than one degree"),
        ("107.1,38.1 107.2,38.2 107.3,38.3", "on one line"),
        ("107,38 107,38 107,38", "on one line"),
    ],
)
def test_corners_that_place_no_picture_are_refused(text: str, says: str) -> None:
    with pytest.raises(BadGround, match=says):
        corners_of(text)


@pytest.mark.parametrize(
    "url",
    [
        "maps.park.example/{z}/{x}/{y}",
        "ftp://maps.park.example/{z}/{x}/{y}",
        "https://user:word@maps.park.example/{z}/{x}/{y}",
        "https://*.park.example/{z}/{x}/{y}",
        "https://maps.park.example; script-src *//{z}/{x}/{y}",
        "https://maps.park.example/{z}/{x}/{y}'",
        "https://maps.park.example/{z}/{x}",
        "https://maps.park.example/{z}/{x}/{x}/{y}",
        "https://{s}.park.example/{z}/{x}/{y}",
        "https://maps.park.example/{z}/{x}/{y}/{token}",
    ],
)
def test_tiles_are_of_one_plain_origin(url: str) -> None:
    with pytest.raises(BadGround, match="PARKWATCH_TILES_URL"):
        tiles_of(url)


def test_browsers_are_told_of_just_that_origin() -> None:
    assert Ground(None, tiles_of(TILES)).images == "https://maps.park.example:8443"
    assert Ground().images == ""


def test_a_bad_setting_costs_its_picture_and_nothing_else(tmp_path: Path) -> None:
    whole = ground_of(settings(tmp_path, png(), plan_corners=CORNERS, tiles_url=TILES))
    assert whole.plan is not None
    assert (whole.tiles, whole.faults) == (TILES, ())
    none = ground_of(settings(tmp_path))
    assert (none.plan, none.tiles, none.faults) == (None, None, ())
    bad = ground_of(settings(tmp_path, b"x", plan_corners=CORNERS, tiles_url="https://x"))
    assert (bad.plan, bad.tiles) == (None, None)
    assert bad.faults == (
        "PARKWATCH_PLAN_FILE is no plan: it is neither PNG nor JPEG.",
        "PARKWATCH_TILES_URL: an address like https://maps.example/{z}/{x}/{y}.png.",
    )
    alone = ground_of(settings(tmp_path, png()))
    assert alone.faults == (
        "PARKWATCH_PLAN_CORNERS is not set: a plan needs its file and its corners.",
    )
    gone = ground_of(settings(tmp_path, plan_file=str(tmp_path / "no"), plan_corners=CORNERS))
    assert gone.faults == ("PARKWATCH_PLAN_FILE cannot be read: No such file or directory.",)
