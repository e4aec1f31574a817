"""One picture of all senders on all sets, as SVG and without a library."""
import math
from xml.sax.saxutils import escape

MARKS = {"p50": ("●", "#1b6ca8"), "p99": ("◆", "#e08a00"), "p99_9": ("▲", "#b03060"), "max": ("■", "#555555")}
LOWEST, HIGHEST = -2, 7  # powers of ten, in microseconds: 10 ns to 10 s
LEFT, RIGHT, ROW, TOP = 250, 880, 20, 56


def x_of(us):
    power = math.log10(us) if us > 0 else LOWEST
    share = (min(max(power, LOWEST), HIGHEST) - LOWEST) / (HIGHEST - LOWEST)
    return LEFT + share * (RIGHT - LEFT)


def text(x, y, words, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(words)}</text>'


def unit(power):
    """A power of ten of microseconds as people say it."""
    name, base = next(entry for entry in (("s", 6), ("ms", 3), ("µs", 0), ("ns", -3)) if power >= entry[1])
    return f"{10 ** (power - base)} {name}"


def legend():
    at = LEFT
    for part, (mark, colour) in MARKS.items():
        yield text(at, 18, f"{mark} {part.replace('_', '.')}", f'fill="{colour}"')
        at += 90


def grid(bottom):
    for power in range(LOWEST, HIGHEST + 1):
        x = x_of(10.0**power)
        yield f'<line x1="{x:.1f}" y1="{TOP - 14}" x2="{x:.1f}" y2="{bottom}" stroke="#dddddd"/>'
        yield text(x, TOP - 18, unit(power), 'text-anchor="middle" fill="#555555"')


def one_row(y, sender, quantiles):
    yield text(LEFT - 12, y + 4, sender, 'text-anchor="end"')
    xs = [x_of(us) for us in quantiles.values()]
    yield f'<line x1="{min(xs):.1f}" y1="{y + 1}" x2="{max(xs):.1f}" y2="{y + 1}" stroke="#999999"/>'
    for part, us in reversed(quantiles.items()):  # the first one on top
        mark, colour = MARKS[part]
        title = f"<title>{part.replace('_', '.')} {us:,.2f} µs</title>"
        yield f'<text x="{x_of(us):.1f}" y="{y + 5}" text-anchor="middle" fill="{colour}">{title}{mark}</text>'


def lateness(quantiles):
    """{(set, sender): {part: microseconds}} -> SVG; sets and senders in the order in which they come."""
    sets = {}
    for (name, sender), parts in quantiles.items():
        sets.setdefault(name, {})[sender] = parts
    shapes, y = [], TOP
    for name, senders in sets.items():
        shapes.append(text(8, y + 4, name, 'font-weight="bold"'))
        for sender, parts in senders.items():
            shapes += one_row(y, sender, parts)
            y += ROW
        y += ROW // 2
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {RIGHT + 30} {y}" '
            'font-family="sans-serif" font-size="12">')
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *legend(), *grid(y - ROW), *shapes, "</svg>", ""])
