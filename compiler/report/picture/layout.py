"""Where everything of a picture stands. In: the steps of a graph. Out: columns of cells, in whole places, not pixels.

A column is what happens between two rounds, and the messages that end it. A repeat is a column of columns. The cell of
a column and a party has three levels of detail: one box in all, one for each source line, or one for each step. Time
goes from left to right within a cell, too: a step stands right of what it reads. General layouts of graphs know no
lanes and no rounds, and take seconds for thousands of nodes. With lanes and rounds given, only the order within a cell
is left to choose. Three sweeps over the places of neighbours settle that order, in the manner of Sugiyama.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count

from ....runtime.graph.nodes import Exchange, Graph
from .steps import Step

LEVELS = ("rounds", "lines", "steps")
"""The levels of detail, from coarse to fine."""

STEPS = LEVELS.index("steps")
"""The finest level: a box for each step but the exchanges, which are arrows."""

_TALLEST = 16
"""How many boxes stand below each other before another stack of them begins."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box for some steps, by number. It is drawn in each (lane, row) of `rows`. `x` counts boxes from the left."""

    steps: tuple[int, ...]
    x: int
    rows: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a column in one level of detail: boxes, how many stand side by side, and how high each lane is."""

    boxes: tuple[Box, ...]
    width: int
    heights: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """All that one party tells another in one round."""

    sender: int
    receiver: int
    bytes: int
    exchanges: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """What happens before a round, and its messages. `round` counts from 1 in its block; None if nothing is sent."""

    steps: tuple[int, ...]
    round: int | None
    levels: tuple[Cells, ...]
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """A repeat. It is one column while it is folded.

    `rounds` and `sent` (bytes by party) are for one turn. Inner loops are counted as often as they turn; None if
    nobody knows how often.
    """

    step: int
    turns: int | None
    rounds: int | None
    sent: tuple[int, ...] | None
    columns: tuple["Column | Loop", ...]


def columns_of(graph: Graph, steps: Sequence[Step]) -> tuple[Column | Loop, ...]:
    """The columns of the whole graph."""
    blocks: dict[int | None, list[Step]] = defaultdict(list)
    for step in steps:
        blocks[step.repeat].append(step)
    return _Layout(len(graph.parties), steps, blocks).block(None)


def total(columns: Iterable[Column | Loop]) -> int | None:
    """The rounds of columns one after the other; None if nobody knows how often a repeat in them turns."""
    rounds = 0
    for column in columns:
        if isinstance(column, Column):
            rounds += column.round is not None
        elif column.rounds != 0:
            if column.rounds is None or column.turns is None:
                return None
            rounds += column.turns * column.rounds
    return rounds


def sent(columns: Iterable[Column | Loop], parties: int) -> tuple[int, ...] | None:
    """The bytes that each party sends in columns one after the other; None if nobody knows how often a repeat turns."""
    totals = [0] * parties
    for column in columns:
        if isinstance(column, Column):
            for message in column.messages:
                totals[message.sender] += message.bytes
        elif column.sent is None or (column.turns is None and any(column.sent)):
            return None
        else:
            totals = [known + (column.turns or 0) * each for known, each in zip(totals, column.sent, strict=True)]
    return tuple(totals)


@dataclass(frozen=True, slots=True)
class _Layout:
    """`blocks` has the steps of each repeat's body; the steps of the whole graph are under None."""

    parties: int
    steps: Sequence[Step]
    blocks: dict[int | None, list[Step]]

    def block(self, repeat: int | None) -> tuple[Column | Loop, ...]:
        columns: list[Column | Loop] = []
        rounds = count(1)
        waiting: list[Step] = []
        for step in self.blocks[repeat]:
            is_next = bool(waiting) and waiting[-1].kind == "exchange" and step.kind != "exchange"
            if waiting and (is_next or step.kind == "repeat"):
                columns.append(self.column(waiting, rounds))
                waiting = []
            if step.kind == "repeat":
                columns.append(self.loop(step))
            else:
                waiting.append(step)
        if waiting:
            columns.append(self.column(waiting, rounds))
        return tuple(columns)

    def loop(self, step: Step) -> Loop:
        inner = self.block(step.number)
        turns = getattr(step.node, "count", None)
        return Loop(step.number, turns, total(inner), sent(inner, self.parties), inner)

    def column(self, steps: Sequence[Step], rounds: "count[int]") -> Column:
        messages: dict[tuple[int, int], list[Step]] = defaultdict(list)
        for step in steps:
            if isinstance(step.node, Exchange):
                for route in step.node.routes:
                    messages[route].append(step)
        by_line: dict[tuple[str, int], list[Step]] = defaultdict(list)
        for step in steps:
            by_line[("", 0) if step.place is None else (step.place.source, step.place.line)].append(step)
        levels = (
            self.packed([steps]),
            self.packed([group for _, group in sorted(by_line.items(), key=lambda item: item[0])]),
            self.ranked([step for step in steps if step.kind != "exchange"]),
        )
        told = tuple(
            Message(sender, receiver, _bytes(sent), tuple(step.number for step in sent))
            for (sender, receiver), sent in sorted(messages.items())
        )
        return Column(tuple(step.number for step in steps), next(rounds) if told else None, levels, told)

    # --- boxes ----------------------------------------------------------------------------------------------------

    def packed(self, groups: Sequence[Sequence[Step]]) -> Cells:
        """A box for each group. Boxes stand below each other."""
        boxes, free = [], [[0] * self.parties for _ in range(1 + max(len(groups) - 1, 0) // _TALLEST)]
        for index, group in enumerate(groups):
            x = index // _TALLEST
            lanes = sorted({party for step in group for party in step.parties})
            boxes.append(self.box([step.number for step in group], x, lanes, free[x]))
        return _cells(boxes, len(free), self.parties)

    def ranked(self, steps: Sequence[Step]) -> Cells:
        """A box for each step, to the right of the boxes that it reads."""
        boxes: list[Box] = []
        rows: dict[tuple[int, int], int] = {}
        x = 0
        for rank in _ordered(_ranks(steps)):
            for start in range(0, len(rank), _TALLEST):
                free = [0] * self.parties
                for step in rank[start : start + _TALLEST]:
                    wanted = {lane: self.wanted(step, lane, rows) for lane in step.parties}
                    boxes.append(self.box([step.number], x, step.parties, free, wanted))
                    rows.update({(step.number, lane): row for lane, row in boxes[-1].rows})
                x += 1
        return _cells(boxes, x, self.parties)

    def wanted(self, step: Step, lane: int, rows: dict[tuple[int, int], int]) -> int:
        """The row of the first value in this cell that the step reads, else 0. So chains lie straight."""
        return next((rows[read.maker, lane] for read in step.reads if (read.maker, lane) in rows), 0)

    def box(
        self, steps: Sequence[int], x: int, lanes: Iterable[int], free: list[int], wanted: dict[int, int] | None = None
    ) -> Box:
        """A box in each lane, at the first free row or at the wanted one if that is lower. Updates `free`."""
        rows = []
        for lane in lanes:
            row = max(free[lane], (wanted or {}).get(lane, 0))
            rows.append((lane, row))
            free[lane] = row + 1
        return Box(tuple(steps), x, tuple(rows))


def _cells(boxes: Sequence[Box], width: int, parties: int) -> Cells:
    heights = [0] * parties
    for box in boxes:
        for lane, row in box.rows:
            heights[lane] = max(heights[lane], row + 1)
    return Cells(tuple(boxes), width, tuple(heights))


def _bytes(exchanges: Iterable[Step]) -> int:
    """The bytes that these exchanges send along one route."""
    return sum(step.value.wire_bytes for step in exchanges if step.value is not None)


def _ranks(steps: Sequence[Step]) -> list[list[Step]]:
    """Steps grouped by the longest chain before them. Sources stand just before the first step that reads them."""
    here = {step.number: step for step in steps}
    rank: dict[int, int] = {}
    earliest: dict[int, int] = {}
    for step in steps:
        before = [read.maker for read in step.reads if read.maker in rank]
        rank[step.number] = 1 + max((rank[maker] for maker in before), default=-1)
        for maker in before:
            earliest[maker] = min(earliest.get(maker, rank[step.number]), rank[step.number])
    for step in steps:
        if not any(read.maker in here for read in step.reads) and step.kind in ("constant", "random"):
            rank[step.number] = earliest.get(step.number, 1) - 1
    ranks: dict[int, list[Step]] = defaultdict(list)
    for step in steps:
        ranks[rank[step.number]].append(step)
    return [ranks[number] for number in sorted(ranks)]


def _ordered(ranks: list[list[Step]]) -> list[list[Step]]:
    """The ranks, each sorted by the middle of its neighbours: of what is read, of readers, of what is read again."""
    readers: dict[int, list[int]] = defaultdict(list)
    makers: dict[int, list[int]] = {}
    for step in (step for rank in ranks for step in rank):
        makers[step.number] = [read.maker for read in step.reads]
        for read in step.reads:
            readers[read.maker].append(step.number)
    for neighbours, order in ((makers, ranks), (readers, ranks[::-1]), (makers, ranks)):
        places: dict[int, float] = {}
        for rank in order:
            middle = {step.number: _middle(neighbours[step.number], places, at) for at, step in enumerate(rank)}
            rank.sort(key=lambda step: (middle[step.number], step.number))
            places.update({step.number: float(at) for at, step in enumerate(rank)})
    return ranks


def _middle(neighbours: Sequence[int], places: dict[int, float], own: int) -> float:
    known = [places[each] for each in neighbours if each in places]
    return sum(known) / len(known) if known else float(own)
