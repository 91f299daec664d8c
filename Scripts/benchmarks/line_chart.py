"""Lines over time as one SVG file.

Not the library's LineChart: that is a part of a page, which lends it fonts and colours and carries its
labels as text around the drawing; an article wants a file that stands by itself.
"""

import html

COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f"]
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #222 }
.grid { stroke: #ddd } .back { fill: #fff }
@media (prefers-color-scheme: dark) {
  text { fill: #ddd } .grid { stroke: #444 } .back { fill: #1c1c1e } }
"""
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 840, 420, 56, 16, 200, 44

Line = list[tuple[float, float]]  # (time, value)


def line_chart(caption: str, end: float, lines: dict[str, list[Line]]) -> str:
    """A drawing of the lines of each name, from time 0 to `end`."""
    values = [value for group in lines.values() for line in group for _, value in line]
    step = 0.05 if max(values) - min(values) > 0.12 else 0.02
    low = int(min(values) / step) * step
    high = (int(max(values) / step) + 1) * step

    def x(time: float) -> float:
        return LEFT + time / end * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">',
        f"<style>{STYLE}</style>",
        f'<rect class="back" width="{WIDTH}" height="{HEIGHT}"/>',
    ]
    for index in range(round((high - low) / step) + 1):
        value = low + index * step
        parts.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value):.1f}" '
            f'y2="{y(value):.1f}"/><text x="{LEFT - 8}" y="{y(value) + 4:.1f}" '
            f'text-anchor="end">{value:.2f}</text>')
    for index in range(5):
        time = end * index / 4
        parts.append(
            f'<text x="{x(time):.1f}" y="{HEIGHT - 24}" text-anchor="middle">{time:g}</text>')
    parts.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}" text-anchor="middle">'
        f"{caption}</text>")
    for index, (name, group) in enumerate(lines.items()):
        color = COLORS[index % len(COLORS)]
        for line in group:
            points = " ".join(f"{x(t):.1f},{y(v):.1f}" for t, v in line)
            parts.append(
                f'<polyline fill="none" stroke="{color}" stroke-width="2" points="{points}"/>')
        label = TOP + 14 + 18 * index
        parts.append(
            f'<line x1="{WIDTH - 184}" x2="{WIDTH - 160}" y1="{label - 4}" y2="{label - 4}" '
            f'stroke="{color}" stroke-width="3"/><text x="{WIDTH - 152}" y="{label}">'
            f"{html.escape(name)}</text>")
    return "\n".join([*parts, "</svg>", ""])
