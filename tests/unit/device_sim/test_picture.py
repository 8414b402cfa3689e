"""A picture of a release: the file is a PNG, and shows what the plant and the detectors say."""

import struct
import zlib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from device_sim.cli import app
from device_sim.fleet.scenario import BadScenario, load
from device_sim.picture.canvas import Canvas
from device_sim.picture.release import draw, moment

PICTURE = Path(__file__).resolve().parents[3] / "docs/reference/pictures/release.png"
SCENARIO, SECOND = "drill", 725
"""Of which the documentation has a picture."""


def pixels(png: bytes) -> tuple[int, int, bytes]:
    """Width, height and the raw rows of a PNG, every chunk held to its checksum."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    parts: dict[bytes, bytes] = {}
    place = 8
    while place < len(png):
        (size,) = struct.unpack(">I", png[place : place + 4])
        name, body = png[place + 4 : place + 8], png[place + 8 : place + 8 + size]
        (check,) = struct.unpack(">I", png[place + 8 + size : place + 12 + size])
        assert check == zlib.crc32(name + body)
        parts[name] = parts.get(name, b"") + body
        place += 12 + size
    width, height = struct.unpack(">II", parts[b"IHDR"][:8])
    return width, height, zlib.decompress(parts[b"IDAT"])


def test_a_canvas_is_a_png_pixel_by_pixel() -> None:
    canvas = Canvas(3, 2, (1, 2, 3))
    canvas.dot(2, 1, (9, 8, 7))
    canvas.dot(3, 0, (0, 0, 0))
    ground = bytes((1, 2, 3))
    width, height, raw = pixels(canvas.png())
    assert (width, height) == (3, 2)
    assert raw == b"\0" + ground * 3 + b"\0" + ground * 2 + bytes((9, 8, 7))


def test_the_picture_of_the_documentation_is_what_the_code_draws() -> None:
    found = moment(load(SCENARIO), 1, SECOND)
    grades = {each.card.tag: each.grade for each in found.detectors}
    assert grades["AT-303"] == 1
    drawn = pixels(draw(found))
    kept = pixels(PICTURE.read_bytes())
    assert drawn[:2] == kept[:2]
    # Libraries of mathematics round differently: an edge of the cloud may be a cell off.
    differing = sum(one != other for one, other in zip(drawn[2], kept[2], strict=True))
    assert differing < len(kept[2]) // 500


def test_a_scenario_without_a_release_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadScenario, match="nothing to draw"):
        moment(load("quiet"), 1, 10)
    found = CliRunner().invoke(app, ["picture", "quiet", str(tmp_path / "p.png")])
    assert (found.exit_code, found.output.count("\n")) == (2, 1)
