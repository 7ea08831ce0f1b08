"""From places to points. In: columns, and which repeats are open in which detail. Out: an `Arrangement`.

The page arranges anew whenever something is opened. `arrange` in assets/scene.js is the twin of `arrange` here, and
takes its numbers from `GEOMETRY`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from .layout import Cells, Column, Loop, Message

BOXES = {"rounds": (170, 46), "lines": (232, 22), "steps": (142, 22)}
"""Width and height of a box in each level of detail."""

GEOMETRY = {
    "boxes": BOXES,
    "gap_x": 24,
    "gap_y": 8,
    "pad": 14,
    "gutter": 128,
    "lane_pad": 18,
    "lane_gap": 6,
    "lane_least": 64,
    "slot": 18,
    "label": 58,
    "folded": 196,
    "frame_pad": 16,
    "ruler": 26,
}


@dataclass(frozen=True, slots=True)
class Arrow:
    """A message from (x, y) to (end_x, end_y)."""

    message: Message
    x: float
    y: float
    end_x: float
    end_y: float


@dataclass(frozen=True, slots=True)
class Placed:
    """A column, or a folded repeat, from `x` on. `cells` is None for a repeat. `depth` counts the repeats around."""

    column: Column | Loop
    cells: Cells | None
    level: str
    x: float
    width: float
    depth: int


@dataclass(frozen=True, slots=True)
class Frame:
    """An open repeat."""

    loop: Loop
    x: float
    width: float
    depth: int


@dataclass(slots=True)
class Arrangement:
    """Everything in its place. `lanes` are pairs (y, height)."""

    placed: list[Placed] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    lanes: list[tuple[float, float]] = field(default_factory=list)
    width: float = 0
    height: float = 0
    depth: int = 0


def arrange(
    columns: Sequence[Column | Loop], parties: int, level: int, is_open: Callable[[Loop], bool], name: str
) -> Arrangement:
    """All columns in one level of detail: its number is `level`, its name is `name`."""
    made = Arrangement()
    made.width = _stack(made, columns, 0.0, 0, level, is_open, name)
    heights = [float(_number("lane_least"))] * parties
    row = BOXES[name][1] + _number("gap_y")
    for placed in made.placed:
        if placed.cells is None or isinstance(placed.column, Loop):
            continue
        for lane, rows in enumerate(placed.cells.heights):
            heights[lane] = max(heights[lane], rows * row - _number("gap_y") + 2 * _number("lane_pad"))
            slots = max(sum(m.sender == lane for m in placed.column.messages), _received(placed.column, lane))
            heights[lane] = max(heights[lane], (slots + 1) * _number("slot"))
    y = (1 + made.depth) * _number("ruler") + 4.0
    for height in heights:
        made.lanes.append((y, height))
        y += height + _number("lane_gap")
    made.height = y
    return made


def arrows(made: Arrangement, placed: Placed) -> Iterator[Arrow]:
    """The messages of a column. Each has its own slots in the lanes of its sender and its receiver."""
    if isinstance(placed.column, Loop):
        return
    messages = placed.column.messages
    x = placed.x + placed.width - _number("gutter")
    for message in messages:
        sent = [each for each in messages if each.sender == message.sender]
        received = [each for each in messages if each.receiver == message.receiver]
        start = _slot(made.lanes[message.sender], sent.index(message), len(sent))
        end = _slot(made.lanes[message.receiver], received.index(message), len(received))
        yield Arrow(message, x, start, x + _number("gutter"), end)


def _stack(
    made: Arrangement,
    columns: Sequence[Column | Loop],
    x: float,
    depth: int,
    level: int,
    is_open: Callable[[Loop], bool],
    name: str,
) -> float:
    """Places columns from `x` on and returns where they end."""
    made.depth = max(made.depth, depth)
    for column in columns:
        if isinstance(column, Loop) and is_open(column):
            frame = len(made.frames)
            made.frames.append(Frame(column, x, 0, depth))
            end = _stack(made, column.columns, x + _number("frame_pad"), depth + 1, level, is_open, name)
            made.frames[frame] = Frame(column, x, end + _number("frame_pad") - x, depth)
            x = end + 2 * _number("frame_pad")
        elif isinstance(column, Loop):
            made.placed.append(Placed(column, None, name, x, _number("folded"), depth))
            x += _number("folded") + _number("frame_pad")
        else:
            width = cells_width(column.levels[level], name) + _number("gutter") * bool(column.messages)
            made.placed.append(Placed(column, column.levels[level], name, x, width, depth))
            x += width
    return x


def cells_width(cells: Cells, name: str) -> float:
    """The width of a column's cells with the space around them."""
    return max(1, cells.width) * (BOXES[name][0] + _number("gap_x")) - _number("gap_x") + 2 * _number("pad")


def _slot(lane: tuple[float, float], index: int, count: int) -> float:
    y, height = lane
    return y + height / 2 + (index - (count - 1) / 2) * _number("slot")


def _received(column: Column, lane: int) -> int:
    return sum(message.receiver == lane for message in column.messages)


def _number(name: str) -> int:
    value = GEOMETRY[name]
    assert isinstance(value, int)
    return value
