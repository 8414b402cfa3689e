"""What a picture is, read from its own bytes without drawing it: PNG or JPEG, and how large."""

import struct
from dataclasses import dataclass

MOST_BYTES = 4 * 2**20
MOST_SIDE = 8_192
MOST_PIXELS = 40_000_000
"""What a browser unpacks it to is four bytes each."""
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of JPEG that tell the size (ITU-T T.81, B.1.1.3)."""


class BadPicture(ValueError):
    """It is no picture that is shown; says why, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Picture:
    """`width` and `height` in pixels; `payload` the file as it is."""

    media_type: str
    width: int
    height: int
    payload: bytes


def read_picture(payload: bytes) -> Picture:
    """The picture of a file. Raises BadPicture."""
    if len(payload) > MOST_BYTES:
        raise BadPicture(f"it is larger than {MOST_BYTES // 2**20} MiB")
    if payload.startswith(_PNG):
        kind, size = "image/png", _png_size(payload)
    elif payload.startswith(_JPEG):
        kind, size = "image/jpeg", _jpeg_size(payload)
    else:
        raise BadPicture("it is neither PNG nor JPEG")
    width, height = size
    if not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE and width * height <= MOST_PIXELS):
        raise BadPicture(
            f"it is {width} by {height} pixels: a side has 1 to {MOST_SIDE}, "
            f"the whole at most {MOST_PIXELS // 1_000_000} million"
        )
    return Picture(kind, width, height, payload)


def _png_size(payload: bytes) -> tuple[int, int]:
    if payload[12:16] != b"IHDR" or payload[-8:-4] != b"IEND":
        raise BadPicture("it is cut short or damaged")
    width, height = struct.unpack(">II", payload[16:24])
    return width, height


def _jpeg_size(payload: bytes) -> tuple[int, int]:
    if not payload.rstrip(b"\0").endswith(b"\xff\xd9"):
        raise BadPicture("it is cut short or damaged")
    at = 2
    while at + 9 <= len(payload) and payload[at] == 0xFF:
        marker, length = payload[at + 1], int.from_bytes(payload[at + 2 : at + 4], "big")
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", payload[at + 5 : at + 9])
            return width, height
        at += 2 + max(length, 2)
    raise BadPicture("it is cut short or damaged")
