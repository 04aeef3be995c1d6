"""Turn measured points into one SVG: cost per document against the number of documents, both on log scales.

Exports `Series`, `plot`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor, log10

Series = Mapping[str, Sequence[tuple[int, float]]]  # by name: documents, milliseconds for each

WIDTH, HEIGHT = 900, 520
LEFT, RIGHT, TOP, BOTTOM = 78, 210, 52, 56
LINE_HEIGHT = 17.0
# Readable on white and on near-black alike.
COLOURS = ("#c2410c", "#2563eb", "#0f8a5f", "#9333ea", "#4d7c0f", "#0e7490", "#be185d", "#64748b")
STYLE = """\
.paper{fill:#fff}.text{fill:#1f2328}.grid{stroke:#d9dcdf}
@media (prefers-color-scheme:dark){.paper{fill:#16181c}.text{fill:#e6e8eb}.grid{stroke:#3a3f46}}
text{font:14px system-ui,sans-serif}.title{font-size:17px;font-weight:600}"""


def plot(title: str, series: Series) -> str:
    """The picture; names stand at the right end of their lines, so that no colour has to be looked up."""
    shown = {name: sorted(points) for name, points in series.items() if points}
    sizes = sorted({size for points in shown.values() for size, _ in points}) or [1000]
    costs = [cost for points in shown.values() for _, cost in points] or [1.0]
    low, high = floor(log10(min(costs))), ceil(log10(max(costs)))
    high = max(high, low + 1)

    def x(size: float) -> float:
        span = log10(sizes[-1] / sizes[0]) or 1.0
        return LEFT + (WIDTH - LEFT - RIGHT) * (log10(size / sizes[0]) / span if len(sizes) > 1 else 0.5)

    def y(cost: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (log10(cost) - low) / (high - low)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<text class="text title" x="{LEFT}" y="28">{escape(title)}</text>',
    ]
    for power in range(low, high + 1):
        place = y(10**power)
        parts.append(f'<path class="grid" d="M{LEFT} {place:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text class="text" x="{LEFT - 8}" y="{place + 5:.1f}" text-anchor="end">{10**power:g} ms</text>')
    for size in sizes:
        place = x(size)
        parts.append(f'<path class="grid" d="M{place:.1f} {TOP}V{HEIGHT - BOTTOM}"/>')
        parts.append(
            f'<text class="text" x="{place:.1f}" y="{HEIGHT - BOTTOM + 22}" text-anchor="middle">{size:,}</text>'
        )
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text class="text" x="{middle:.1f}" y="{HEIGHT - 10}" text-anchor="middle">documents</text>')
    labels = apart({name: y(points[-1][1]) for name, points in shown.items()})
    for number, (name, points) in enumerate(shown.items()):
        colour = COLOURS[number % len(COLOURS)]
        dash = ' stroke-dasharray="6 4"' if number >= len(COLOURS) else ""
        corners = " ".join(f"{x(size):.1f},{y(cost):.1f}" for size, cost in points)
        parts.append(f'<polyline points="{corners}" fill="none" stroke="{colour}" stroke-width="2.2"{dash}/>')
        parts += [f'<circle cx="{x(s):.1f}" cy="{y(c):.1f}" r="3.5" fill="{colour}"/>' for s, c in points]
        line = f"M{x(points[-1][0]) + 5:.1f} {y(points[-1][1]):.1f}L{WIDTH - RIGHT + 10} {labels[name]:.1f}"
        parts.append(f'<path d="{line}" stroke="{colour}" stroke-opacity="0.5"/>')
        parts.append(
            f'<text class="text" x="{WIDTH - RIGHT + 14}" y="{labels[name] + 5:.1f}">{escape(name)} '
            f'<tspan fill="{colour}" font-weight="600">{points[-1][1]:.3g}</tspan></text>'
        )
    return "\n".join([*parts, "</svg>", ""])


def apart(wanted: Mapping[str, float]) -> dict[str, float]:
    """The heights of the labels: near what is wanted, in the same order, none upon another."""
    order = sorted(wanted, key=lambda name: wanted[name])
    found: dict[str, float] = {}
    above = TOP - LINE_HEIGHT
    for name in order:
        above = found[name] = max(wanted[name], above + LINE_HEIGHT)
    below = HEIGHT - BOTTOM + LINE_HEIGHT
    for name in reversed(order):
        below = found[name] = min(found[name], below - LINE_HEIGHT)
    return found
