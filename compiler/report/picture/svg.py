"""The picture as a still drawing for documents. In: a `Drawing`. Out: SVG text, the same layout as the page's.

Small programs are drawn step by step with their repeats open; larger ones by source lines; the largest by rounds, with
repeats folded.
"""

from collections.abc import Iterator
from html import escape

from .drawing import Drawing
from .geometry import BOXES, GEOMETRY, Arrangement, Arrow, Frame, Placed, arrange, arrows
from .layout import LEVELS, Box, Loop
from .steps import SHARES, Step, label_at

_STEPS_AT_MOST = 600
"""Up to so many steps a document shows steps, up to ten times as many it shows lines, beyond that rounds."""

_COLOURS = {
    "arithmetic": ("#dce8fb", "#2f6fde"),
    "boolean": ("#d9f2e2", "#17803f"),
    "clear": ("#fdf0c8", "#a87400"),
    "random": ("#efdff7", "#8b46b5"),
}
_MARGIN = 110
_LEGEND = 40
_CHARACTER = 6.65
"""The width of a character in the boxes."""

_STYLE = """\
text { font: 11px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1c2330; }
.party { font: 600 14px system-ui, sans-serif; } .told { font: 12px system-ui, sans-serif; fill: #5b6575; }
.lane { fill: #f4f6f9; } .frame { fill: none; stroke: #9aa5b5; stroke-dasharray: 5 4; }
.link { fill: none; stroke: #9aa5b5; stroke-width: 1; } .far { stroke-opacity: 0.35; }
.letter { font-weight: 700; font-size: 9px; fill: #fff; text-anchor: middle; }
"""


def to_svg(drawing: Drawing) -> str:
    """The whole drawing."""
    size = len(drawing.steps)
    level = 2 if size <= _STEPS_AT_MOST else 1 if size <= 10 * _STEPS_AT_MOST else 0
    made = arrange(drawing.columns, len(drawing.graph.parties), level, lambda _: level == 2, LEVELS[level])
    return _Svg(drawing, made).text()


class _Svg:
    """`corners` has the corner of each step's box in each lane."""

    def __init__(self, drawing: Drawing, made: Arrangement) -> None:
        self.drawing = drawing
        self.made = made
        self.lines = {
            (source.name, number): text
            for source in drawing.sources
            for number, text in enumerate(source.text.split("\n"), start=1)
        }
        self.corners = {
            (step, lane): (x, y)
            for placed in made.placed
            for box, lane, x, y in self.placed_boxes(placed)
            for step in box.steps
        }

    def text(self) -> str:
        width, height = self.made.width + _MARGIN + 20, self.made.height + _LEGEND
        size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
        title = f"{self.drawing.graph.program} under {self.drawing.graph.protocol}"
        body = [
            f"<title>{escape(title)}</title>",
            f"<style>{_STYLE}</style>",
            *self.heads(),
            f'<rect width="{width:g}" height="{height:g}" fill="#fff"/>',
            *self.lanes(width),
            f'<g transform="translate({_MARGIN} 0)">',
            *(line for frame in self.made.frames for line in self.frame(frame)),
            *self.links(),
            *(line for placed in self.made.placed for line in self.column(placed)),
            "</g>",
            *self.legend(),
        ]
        return "\n".join([head, *body, "</svg>"]) + "\n"

    # --- around the columns -----------------------------------------------------------------------------------------

    def heads(self) -> Iterator[str]:
        for share, (_, ink) in _COLOURS.items():
            yield (
                f'<marker id="to-{share}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
                f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 8 4 0 8z" fill="{ink}"/></marker>'
            )

    def lanes(self, width: float) -> Iterator[str]:
        for name, (y, height) in zip(self.drawing.graph.parties, self.made.lanes, strict=True):
            yield f'<rect class="lane" y="{y:g}" width="{width:g}" height="{height:g}"/>'
            yield _text(12, y + height / 2 + 5, _cut(name, 13), "party")

    def legend(self) -> Iterator[str]:
        x, y = 12.0, self.made.height + 14
        for share in SHARES:
            yield _swatch(share, x, y)
            yield _text(x + 20, y + 11, share, "told")
            x += 110
        yield _text(x, y + 11, "arrows: one message each, with its bytes", "told")

    def frame(self, frame: Frame) -> Iterator[str]:
        ruler = GEOMETRY["ruler"]
        assert isinstance(ruler, int)
        y = frame.depth * ruler
        step = self.drawing.steps[frame.loop.step]
        size = f'width="{frame.width:g}" height="{self.made.height - y - 4:g}"'
        yield f'<rect class="frame" x="{frame.x:g}" y="{y + 3:g}" {size} rx="8"/>'
        yield _text(frame.x + 10, y + 18, f"repeat {step.label}{_line(step)}", "told")

    # --- columns ----------------------------------------------------------------------------------------------------

    def column(self, placed: Placed) -> Iterator[str]:
        if isinstance(placed.column, Loop):
            yield from self.folded(placed, placed.column)
            return
        if placed.column.round is not None:
            yield _text(placed.x + 14, self.made.lanes[0][0] - 9, f"round {placed.column.round}", "told")
        for box, lane, x, y in self.placed_boxes(placed):
            yield from self.box(box, placed, lane, x, y)
        for arrow in arrows(self.made, placed):
            yield from self.arrow(arrow)

    def folded(self, placed: Placed, loop: Loop) -> Iterator[str]:
        y, end = self.made.lanes[0][0], self.made.height - 6
        step = self.drawing.steps[loop.step]
        yield f'<rect class="frame" x="{placed.x:g}" y="{y:g}" width="{placed.width:g}" height="{end - y:g}" rx="8"/>'
        rounds = "rounds unknown" if loop.rounds is None else f"{loop.rounds} rounds a turn"
        for row, words in enumerate((f"repeat {step.label}", rounds, _line(step).removeprefix(", "))):
            yield _text(placed.x + 14, (y + end) / 2 - 18 + 18 * row, words, "told")

    def placed_boxes(self, placed: Placed) -> Iterator[tuple[Box, int, float, float]]:
        """Each box of a column in each of its lanes, with its corner."""
        if placed.cells is None:
            return
        width, height = BOXES[placed.level]
        gap_x, gap_y, pad, lane_pad = (GEOMETRY[name] for name in ("gap_x", "gap_y", "pad", "lane_pad"))
        assert isinstance(gap_x, int) and isinstance(gap_y, int) and isinstance(pad, int) and isinstance(lane_pad, int)
        for box in placed.cells.boxes:
            for lane, row in box.rows:
                y = self.made.lanes[lane][0] + lane_pad + row * (height + gap_y)
                yield box, lane, placed.x + pad + box.x * (width + gap_x), y

    def box(self, box: Box, placed: Placed, lane: int, x: float, y: float) -> Iterator[str]:
        width, height = BOXES[placed.level]
        first = self.drawing.steps[box.steps[0]]
        share = self.share(box)
        fill, ink = _COLOURS[share]
        if placed.level == "steps":
            label = label_at(first, lane) if first.kind == "local" else f"{first.kind} {first.label}"
        else:
            place = first.place
            label = f"{len(box.steps)} steps"
            if placed.level == "lines" and place is not None:
                label = f"{place.line} {self.lines.get((place.source, place.line), place.source).strip()}"
        dashes = ' stroke-dasharray="3 2"' if share == "random" else ""
        bold = 2 if first.kind in ("input", "output") else 1
        yield (
            f'<g transform="translate({x:g} {y:g})"><title>{escape(self.told(first, box))}</title>'
            f'<rect width="{width}" height="{height}" rx="4" fill="{fill}" stroke="{ink}" stroke-width="{bold}"'
            f"{dashes}/>"
            f"{_swatch(share, 0, 0, height)}{_text(20, 15, _cut(label, int((width - 26) / _CHARACTER)))}</g>"
        )

    def share(self, box: Box) -> str:
        """The most frequent kind of share among the box's steps; random ones count only if there are no others."""
        shares = [self.drawing.steps[step].share for step in box.steps]
        computed = [share for share in shares if share != "random"] or shares
        return max(SHARES, key=computed.count)

    def told(self, step: Step, box: Box) -> str:
        if len(box.steps) > 1:
            return f"{len(box.steps)} steps{_line(step)}"
        return f"{step.kind} {step.label}{_line(step)}"

    def arrow(self, arrow: Arrow) -> Iterator[str]:
        by_share = [self.drawing.steps[each].share for each in arrow.message.exchanges]
        share = max(SHARES, key=by_share.count)
        start = arrow.x + 58
        middle = (start + arrow.end_x) / 2
        curve = (
            f"M{start:g} {arrow.y:g}C{middle:g} {arrow.y:g} {middle:g} {arrow.end_y:g} {arrow.end_x:g} {arrow.end_y:g}"
        )
        yield (
            f'<path d="{curve}" fill="none" stroke="{_COLOURS[share][1]}" stroke-width="1.6" '
            f'marker-end="url(#to-{share})"/>'
        )
        yield _text(arrow.x + 6, arrow.y + 4, bytes_text(arrow.message.bytes), "told")

    def links(self) -> Iterator[str]:
        """The lines to steps from steps of the same lane that they read, if both are drawn."""
        if not self.made.placed or self.made.placed[0].level != "steps":
            return
        width, height = BOXES["steps"]
        for step in self.drawing.steps:
            for read in step.reads:
                for lane in step.parties:
                    if (
                        read.carried
                        or (read.maker, lane) not in self.corners
                        or (step.number, lane) not in self.corners
                    ):
                        continue
                    (x, y), (end_x, end_y) = self.corners[read.maker, lane], self.corners[step.number, lane]
                    start_x, y, end_y = x + width, y + height / 2, end_y + height / 2
                    far = " far" if end_x - start_x > 2 * width else ""
                    middle = (start_x + end_x) / 2
                    curve = f"M{start_x:g} {y:g}C{middle:g} {y:g} {middle:g} {end_y:g} {end_x:g} {end_y:g}"
                    yield f'<path class="link{far}" d="{curve}"/>'


def bytes_text(number: float) -> str:
    """A number of bytes, with a unit and three digits at most."""
    for unit in ("B", "kB", "MB"):
        if number < 1000:
            return f"{number:.3g} {unit}"
        number /= 1000
    return f"{number:.3g} GB"


def _swatch(share: str, x: float, y: float, height: float = 14) -> str:
    letter = f'<text class="letter" x="{x + 7:g}" y="{y + height / 2 + 3.5:g}">{share[0].upper()}</text>'
    return f'<rect x="{x:g}" y="{y:g}" width="14" height="{height:g}" rx="3" fill="{_COLOURS[share][1]}"/>{letter}'


def _text(x: float, y: float, words: str, style: str = "") -> str:
    styled = f' class="{style}"' if style else ""
    return f'<text x="{x:g}" y="{y:g}"{styled}>{escape(words)}</text>'


def _cut(words: str, longest: int) -> str:
    return words if len(words) <= longest else words[: longest - 1] + "…"


def _line(step: Step) -> str:
    return "" if step.place is None else f", line {step.place.line}"
