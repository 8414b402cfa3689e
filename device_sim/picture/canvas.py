"""A picture in memory and its PNG (RFC 2083): 8 bits a channel, one filter, one block of zlib."""

import math
import struct
import zlib
from collections.abc import Callable

from device_sim.picture.glyphs import GLYPHS, HEIGHT, WIDTH

Colour = tuple[int, int, int]
Spot = tuple[int, int]
Area = tuple[int, int, int, int]
"""Left, top, width, height."""


class Canvas:
    """``width`` by ``height`` pixels, from the upper left; what falls outside is cut off."""

    def __init__(self, width: int, height: int, ground: Colour) -> None:
        self.width, self.height = width, height
        self._rows = [bytearray(bytes(ground) * width) for _ in range(height)]

    def dot(self, x: int, y: int, colour: Colour) -> None:
        """One pixel."""
        if 0 <= x < self.width and 0 <= y < self.height:
            self._rows[y][3 * x : 3 * x + 3] = bytes(colour)

    def shade(self, area: Area, colour: Callable[[int, int], Colour]) -> None:
        """Every pixel of left, top, width, height."""
        left, top, width, height = area
        for y in range(top, top + height):
            for x in range(left, left + width):
                self.dot(x, y, colour(x, y))

    def box(self, area: Area, colour: Colour) -> None:
        """A filled rectangle."""
        self.shade(area, lambda _x, _y: colour)

    def line(self, start: Spot, end: Spot, colour: Colour, thick: int = 1) -> None:
        """A straight line."""
        steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]), 1)
        for step in range(steps + 1):
            x = start[0] + round((end[0] - start[0]) * step / steps)
            y = start[1] + round((end[1] - start[1]) * step / steps)
            for offset in range(thick * thick):
                self.dot(x + offset % thick, y + offset // thick, colour)

    def disc(self, centre: Spot, radius: int, colour: Colour, rim: Colour) -> None:
        """A filled circle with a rim of two pixels."""
        for y in range(-radius, radius + 1):
            for x in range(-radius, radius + 1):
                far = math.hypot(x, y)
                if far <= radius:
                    self.dot(centre[0] + x, centre[1] + y, rim if far > radius - 2 else colour)

    def text(self, spot: Spot, words: str, colour: Colour, size: int = 2) -> int:
        """Words from their upper left corner; where they end."""
        x, y = spot
        for sign in words:
            for place, column in enumerate(GLYPHS.get(sign, b"")):
                for row in range(HEIGHT):
                    if column >> row & 1:
                        self.box((x + place * size, y + row * size, size, size), colour)
            x += (WIDTH + 1) * size
        return x

    def png(self) -> bytes:
        """The file."""
        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        raw = b"".join(b"\0" + bytes(row) for row in self._rows)
        parts = [(b"IHDR", head), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b"")]
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
