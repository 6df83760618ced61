"""Seconds against round trip as a picture: ours and the yardsticks'."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from tests.bench.clock import Point

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 60, 215, 50, 50
LINES = (
    ("ssh", "ssh HOST true", "#8b949e"),
    ("ssh curve25519", "the same, curve25519", "#6e7681"),
    ("plan", "plan of go-dev", "#1f883d"),
    ("no-op", "apply, nothing to do", "#0969da"),
    ("one file", "apply of one file", "#bc4c00"),
)
"""Name in a point, words, colour."""


def draw(points: Sequence[Point]) -> str:
    """An SVG; round trips in ms to the right, seconds upwards."""
    most_ms = max(point.ms for point in points)
    most_s = max(max(point.took.values()) for point in points) * 1.1
    scale = _Scale(most_ms, most_s)
    parts = [*_frame(scale), *_lines(points, scale)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        ' font-family="system-ui, sans-serif" font-size="13">\n'
        "<title>What checking a whole phone costs, and what ssh HOST true costs, by the round trip</title>\n"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


class _Scale:
    def __init__(self, most_ms: int, most_s: float) -> None:
        self.most_ms, self.most_s = most_ms, most_s

    def x(self, ms: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * ms / self.most_ms, 1)

    def y(self, seconds: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * seconds / self.most_s, 1)


def _frame(scale: _Scale) -> Iterator[str]:
    yield f'<text x="{LEFT}" y="24" font-size="15" fill="#1f2328">Everything checked, against ssh HOST true</text>'
    step = next(each for each in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0) if scale.most_s / each <= 7)
    for n in range(int(scale.most_s / step) + 1):
        y = scale.y(n * step)
        yield f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="#d0d7de" stroke-width="1"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end" fill="#59636e">{n * step:g} s</text>'
    for ms in range(0, scale.most_ms + 1, 20):
        yield (f'<text x="{scale.x(ms)}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle" fill="#59636e">{ms}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield f'<text x="{middle}" y="{HEIGHT - 10}" text-anchor="middle" fill="#59636e">round trip in ms</text>'


def _lines(points: Sequence[Point], scale: _Scale) -> Iterator[str]:
    ends = sorted(LINES, key=lambda line: -points[-1].took[line[0]])
    last = 0.0
    for name, words, color in ends:
        places = [(scale.x(point.ms), scale.y(point.took[name])) for point in points]
        dashes = ' stroke-dasharray="5 4"' if name.startswith("ssh") else ""
        path = " ".join(f"{x},{y}" for x, y in places)
        yield f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"{dashes}/>'
        yield from (f'<circle cx="{x}" cy="{y}" r="3" fill="{color}"/>' for x, y in places)
        last = max(places[-1][1] + 4, last + 16)  # words never stand on each other
        yield f'<text x="{places[-1][0] + 10}" y="{last}" fill="{color}">{escape(words)}</text>'
