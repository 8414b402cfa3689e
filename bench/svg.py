"""Small drawings for results: horizontal bars, on a light ground, readable in either theme."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LEFT, RIGHT = 860, 250, 190
ROW, BAR, TOP = 26, 16, 58
ROOM = 170
"""What a text behind a bar takes at most: a mark inside of it pushes it on."""
OURS, CEILING, TARGET, INK, PALE = "#1f6fb2", "#b9c4cf", "#c0392b", "#1b2733", "#6b7885"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, its length, what is written behind it; ours or a ceiling."""

    label: str
    value: float
    text: str
    ours: bool = True
    target: float | None = None


def bars(title: str, subtitle: str, rows: Sequence[Bar]) -> str:
    """An SVG of bars to one scale; a target is a red mark in its row."""
    most = max(max(row.value, row.target or 0.0) for row in rows) or 1.0
    height = TOP + ROW * len(rows) + 14
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="system-ui, sans-serif" font-size="13" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        _text(16, 24, title, INK, 'font-size="16" font-weight="600"'),
        _text(16, 43, subtitle, PALE, 'font-size="12"'),
    ]
    for number, row in enumerate(rows):
        parts += _row(row, TOP + ROW * number, (WIDTH - LEFT - RIGHT) / most)
    return "\n".join([*parts, "</svg>", ""])


def _row(row: Bar, top: int, scale: float) -> list[str]:
    length = max(1.0, row.value * scale)
    middle = top + BAR - 3
    parts = [
        _text(LEFT - 10, middle, row.label, INK, 'text-anchor="end"'),
        f'<rect x="{LEFT}" y="{top}" width="{length:.1f}" height="{BAR}" rx="2" '
        f'fill="{OURS if row.ours else CEILING}"/>',
    ]
    end = LEFT + length
    if row.target is not None:
        mark = LEFT + row.target * scale
        parts.append(
            f'<line x1="{mark:.1f}" x2="{mark:.1f}" y1="{top - 3}" y2="{top + BAR + 3}" '
            f'stroke="{TARGET}" stroke-width="2"/>'
        )
        if end - 4 < mark < end + ROOM:
            end = mark
    parts.append(_text(end + 8, middle, row.text, INK))
    return parts


def _text(x: float, y: float, text: str, colour: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y}" fill="{colour}" {more}>{escape(text)}</text>'
