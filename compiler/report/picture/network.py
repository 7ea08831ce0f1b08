"""A protocol graph as a networkx graph, and in other tools' formats. In: a `Graph`. Out: a graph, or text."""

import json
from typing import Any

from ....runtime.graph.later import later
from ....runtime.graph.nodes import Graph
from .steps import Step, steps_of

networkx = later("networkx")

_COLOURS = {"arithmetic": "#cfe0f7", "boolean": "#d3efdc", "clear": "#fbeeb8", "random": "#ead9f3"}
_SHAPES = {"input": "house", "output": "invhouse", "exchange": "cds", "repeat": "box3d", "random": "ellipse"}


def to_networkx(graph: Graph) -> Any:
    """One node for each node of the protocol, and one edge for each value between two of them.

    Nodes have `kind`, `share` (arithmetic, boolean, clear or random), `parties` (names), `line` (of the program, 0 if
    unknown), `repeat` (the node whose body they are in, or None) and `label`. Edges have `value`, `storage`, `shape`
    and `bytes` (on the wire, once). A value that a repeat carries from turn to turn is an edge back to the repeat, with
    `carried` true.
    """
    picture = networkx.MultiDiGraph(protocol=graph.protocol, program=graph.program, parties=graph.parties)
    steps = steps_of(graph)
    for step in steps:
        picture.add_node(
            step.number,
            kind=step.kind,
            share=step.share,
            label=step.label,
            parties=tuple(graph.parties[party] for party in step.parties),
            line=0 if step.place is None else step.place.line,
            repeat=step.repeat,
        )
    for step in steps:
        for read in step.reads:
            type_ = graph.types[read.value]
            told = {"storage": type_.storage.value, "shape": type_.shape, "bytes": type_.wire_bytes}
            picture.add_edge(read.maker, step.number, value=read.value, carried=read.carried, **told)
    return picture


def to_json(graph: Graph) -> str:
    """networkx's node-link form, which `networkx.node_link_graph` reads."""
    return json.dumps(networkx.node_link_data(to_networkx(graph), edges="edges"), ensure_ascii=False, indent=1) + "\n"


def to_graphml(graph: Graph) -> str:
    """GraphML. Its attributes are texts and numbers only: lists become texts, and None is left out."""
    picture = to_networkx(graph)
    for attributes in (
        picture.graph,
        *(about for _, about in picture.nodes(data=True)),
        *(about for *_, about in picture.edges(data=True)),
    ):
        for name, value in list(attributes.items()):
            if value is None:
                del attributes[name]
            elif isinstance(value, tuple):
                attributes[name] = " ".join(map(str, value))
    return "\n".join(networkx.generate_graphml(picture)) + "\n"


def to_dot(graph: Graph) -> str:
    """The graph in Graphviz's language. A repeat is a cluster."""
    steps = steps_of(graph)
    inside: dict[int | None, list[Step]] = {}
    for step in steps:
        inside.setdefault(step.repeat, []).append(step)
    lines = [
        f"digraph {_quoted(graph.program)} {{",
        "  rankdir=LR; compound=true;",
        '  node [shape=box, style="filled,rounded", fontname="Helvetica", fontsize=10];',
        '  edge [fontname="Helvetica", fontsize=8, color="#888888"];',
        *_dot_block(graph, inside, None, "  "),
    ]
    for step in steps:
        for read in step.reads:
            style = ", style=dashed" if read.carried else ""
            size = graph.types[read.value].wire_bytes
            lines.append(f'  {read.maker} -> {step.number} [tooltip="{size} bytes"{style}];')
    return "\n".join([*lines, "}"]) + "\n"


def _dot_block(graph: Graph, inside: dict[int | None, list[Step]], repeat: int | None, padding: str) -> list[str]:
    lines = []
    for step in inside.get(repeat, []):
        parties = ", ".join(graph.parties[party] for party in step.parties)
        line = "" if step.place is None else f", line {step.place.line}"
        shape = _SHAPES.get(step.kind, "box")
        about = f"label={_quoted(step.label)}, tooltip={_quoted(f'{step.kind} at {parties}{line}')}"
        drawn = f'{step.number} [{about}, shape={shape}, fillcolor="{_COLOURS[step.share]}"];'
        if step.kind == "repeat":
            lines += [f"{padding}subgraph cluster_{step.number} {{", f"{padding}  label={_quoted(step.label)};"]
            lines += [f"{padding}  {drawn}", *_dot_block(graph, inside, step.number, padding + "  "), f"{padding}}}"]
        else:
            lines.append(padding + drawn)
    return lines


def _quoted(text: str) -> str:
    """A string of the dot language, in which only quotes and backslashes need care."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
