"""The picture as one page that needs nothing else. In: a `Drawing`. Out: HTML text.

The page is assets/page.html with the style, the scripts and the data put in; d3 draws it. It loads nothing, so it works
offline and from a mail.
"""

import json
from collections.abc import Hashable, Sequence
from importlib.resources import files
from typing import Any

from ....runtime.graph.cost import count_bytes, count_rounds
from ....runtime.graph.nodes import Local
from .drawing import Drawing
from .geometry import GEOMETRY
from .layout import LEVELS, Box, Cells, Column, Loop
from .steps import SHARES, Step, details, label_at, type_text

_SCRIPTS = (
    "d3.min.js",
    "scene.js",
    "draw.js",
    "around.js",
    "hit.js",
    "text.js",
    "about.js",
    "page.js",
)


def to_html(drawing: Drawing) -> str:
    """The whole page."""
    page = _asset("page.html")
    parts = {
        "STYLE": _asset("page.css"),
        "SCRIPTS": "\n".join(f"<script>\n{_asset(name)}</script>" for name in _SCRIPTS),
        "DATA": _embedded(_data(drawing)),
    }
    for name, text in parts.items():
        page = page.replace(f"<!-- {name} -->", text)
    return page


def _asset(name: str) -> str:
    return (files(__package__) / "assets" / name).read_text(encoding="utf-8")


def _embedded(data: dict[str, Any]) -> str:
    """JSON that may stand in a script: nothing in the text ends the script or begins a comment."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _data(drawing: Drawing) -> dict[str, Any]:
    graph = drawing.graph
    tables = _Tables()
    steps = [_step(step, tables) for step in drawing.steps]
    return {
        "program": graph.program,
        "protocol": graph.protocol,
        "parties": graph.parties,
        "nodes": graph.nodes,
        "rounds": count_rounds(graph),
        "sent": count_bytes(graph),
        "geometry": GEOMETRY,
        "levels": LEVELS,
        "shares": SHARES,
        "steps": steps,
        "columns": [_column(column, len(graph.parties)) for column in drawing.columns],
        "sources": [{"name": source.name, "text": source.text} for source in drawing.sources],
        "stages": _stages(drawing, tables),
        "tables": {name: list(table) for name, table in tables.tables.items()},
    }


class _Tables:
    """Entries that occur often, stored once. Each table has its entries in the order of their numbers."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[Hashable, int]] = {}

    def number(self, table: str, entry: Hashable) -> int:
        entries = self.tables.setdefault(table, {})
        return entries.setdefault(entry, len(entries))


def _step(step: Step, tables: _Tables) -> list[Any]:
    place = step.place
    return [
        tables.number("kinds", step.kind),
        _label(step, tables),
        SHARES.index(step.share),
        tables.number("parties", step.parties),
        -1 if place is None else tables.number("places", (place.source, place.line, place.column)),
        tables.number("types", (type_text(step.value), 0 if step.value is None else step.value.wire_bytes)),
        tables.number("details", details(step)),
        -1 if step.repeat is None else step.repeat,
        list(dict.fromkeys(read.maker for read in step.reads if not read.carried)),
        list(getattr(step.node, "routes", ())),
    ]


def _label(step: Step, tables: _Tables) -> int | list[int]:
    """The number of the label. If parties do different things: a list with one number for each party up to the last."""
    if not isinstance(step.node, Local) or len(step.node.steps) == 1:
        return tables.number("labels", step.label)
    return [tables.number("labels", label_at(step, party)) for party in range(1 + max(step.parties))]


def _column(column: Column | Loop, parties: int) -> dict[str, Any]:
    if isinstance(column, Loop):
        return {
            "loop": column.step,
            "turns": column.turns,
            "rounds": column.rounds,
            "sent": column.sent,
            "columns": [_column(inner, parties) for inner in column.columns],
        }
    return {
        "steps": column.steps,
        "round": column.round,
        "levels": [_cells(cells, parties) for cells in column.levels],
        "messages": [[each.sender, each.receiver, each.bytes, each.exchanges] for each in column.messages],
    }


def _cells(cells: Cells, parties: int) -> list[Any]:
    return [cells.width, cells.heights, [_box(box, parties) for box in cells.boxes]]


def _box(box: Box, parties: int) -> list[Any]:
    """Steps, x, and the row in each lane: a single number if it is the same in all lanes, -1 where there is no box."""
    rows = dict(box.rows)
    by_lane: Sequence[int] = [rows.get(lane, -1) for lane in range(parties)]
    return [box.steps, box.x, by_lane[0] if len(set(by_lane)) == 1 else by_lane]


def _stages(drawing: Drawing, tables: _Tables) -> list[dict[str, Any]]:
    """The stages. Their lines stand in a table, because a line occurs in many stages."""
    return [
        {"name": stage.name, "marks": "".join(mark for mark, _ in stage.lines),
         "lines": [tables.number("lines", line) for _, line in stage.lines]}
        for stage in drawing.stages
    ]  # fmt: skip
