"""Graphs as bytes. The same graph has the same bytes on every machine. Bytes from anywhere are checked before use.

    magic and version | length of the header, 8 bytes | header, canonical JSON | the constants' data, one after the
    other

Numbers are little-endian. The header holds the graph as lists and maps, with each type and each map of attributes once.
Of a constant the header has only element type and shape; its data comes behind the header, in order of appearance.
Nothing in a file is evaluated, and a reader allocates no more than the file's length accounts for.
"""

import hashlib
import json
import struct
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields, replace
from math import prod
from typing import Any

import numpy as np

from .check import DEEPEST_REPEAT, MOST_AXES, check
from .errors import GraphError, require
from .nodes import (
    Constant,
    Declaration,
    Exchange,
    Graph,
    Input,
    Local,
    Node,
    Output,
    Place,
    Random,
    Repeat,
    Step,
    Storage,
    ValueType,
)

MAGIC = b"tacit graph 1\n\0\0"
LONGEST = 1 << 32
"""The most bytes of a header."""

_LENGTH = struct.Struct("<Q")
_DTYPES = {"<u8": np.uint64, "<u4": np.uint32, "<u2": np.uint16, "<i8": np.int64, "|b1": np.bool_}


def to_bytes(graph: Graph) -> bytes:
    """The content of the graph's file. Raises `GraphError` for a graph that JSON cannot hold."""
    writer = _Writer()
    try:
        header = json.dumps(writer.graph(graph), sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise GraphError(f"not a graph that a file can hold: {error}") from None
    return b"".join([MAGIC, _LENGTH.pack(len(header)), header, *writer.blobs])


def from_bytes(data: bytes | memoryview) -> Graph:
    """The graph of a file's content, checked. Raises `GraphError`, whatever the bytes are."""
    whole = bytes(data)
    start = len(MAGIC) + _LENGTH.size
    require(whole.startswith(MAGIC) and len(whole) >= start, "not a protocol graph of this version")
    (length,) = _LENGTH.unpack_from(whole, len(MAGIC))
    require(length <= min(LONGEST, len(whole) - start), "the header is cut short")
    try:
        header = json.loads(whole[start : start + length])
        reader = _Reader(memoryview(whole)[start + length :])
        graph = reader.graph(header)
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        raise GraphError(f"not a protocol graph: {type(error).__name__}") from None
    require(reader.is_at_end, "bytes are left over")
    check(graph)
    require(to_bytes(graph) == whole, "not in canonical form")
    return graph


@dataclass(frozen=True, slots=True)
class GraphFile:
    """A graph that has passed `check`, which parties run, and the content of its file, which they send.

    `compared` is what parties compare: the content, or what stands for it.
    """

    graph: Graph
    content: bytes
    compared: bytes


def written(graph: Graph) -> GraphFile:
    """The file of a graph that has passed `check` where it was made. Raises `GraphError` as `to_bytes` does."""
    content = to_bytes(graph)
    return GraphFile(graph, content, content)


def opened(content: bytes) -> GraphFile:
    """The file of a content from anywhere. Raises `GraphError` as `from_bytes` does."""
    return GraphFile(from_bytes(content), content, content)


def unnamed(file: GraphFile) -> GraphFile:
    """The file, of which parties compare all but what the program is called. Each party may call its copy otherwise."""
    graph = file.graph
    places = tuple(replace(each, source="") if each.source == graph.program else each for each in graph.places)
    return replace(file, compared=to_bytes(replace(graph, program="", places=places)))


def digest(graph: Graph) -> str:
    """SHA-256 of the graph's file, in hexadecimal. Equal graphs, and only these, have equal digests."""
    return hashlib.sha256(to_bytes(graph)).hexdigest()


_ALWAYS_WRITTEN = 15
"""Fields of a declaration; those after them are left out where they and all that follow are as they mostly are."""


def _fields(declaration: Declaration) -> tuple[Any, ...]:
    values = astuple(declaration)
    written = len(values)
    while written > _ALWAYS_WRITTEN and values[written - 1] == fields(declaration)[written - 1].default:
        written -= 1
    return values[:written]


class _Writer:
    """Collects the constants' bytes, and the different types and attribute maps, to which nodes refer by number."""

    def __init__(self) -> None:
        self.blobs: list[bytes] = []
        self._types: dict[ValueType, int] = {}
        self._attributes: dict[tuple[tuple[str, Any], ...], int] = {}

    def graph(self, graph: Graph) -> dict[str, Any]:
        return {
            "protocol": graph.protocol,
            "program": graph.program,
            "parties": graph.parties,
            "nodes": graph.nodes,
            "preprocessing": graph.preprocessing,
            "roles": list(graph.roles.items()),
            "values": [self._types.setdefault(kind, len(self._types)) for kind in graph.types],
            "types": [(kind.storage.value, kind.shape, kind.planes) for kind in self._types],
            "body": [self.node(node) for node in graph.body],
            "attributes": [dict(items) for items in self._attributes],
            "places": [astuple(place) for place in graph.places],
            "inputs": [_fields(declaration) for declaration in graph.inputs],
            "outputs": [_fields(declaration) for declaration in graph.outputs],
        }

    def node(self, node: Node) -> tuple[Any, ...]:
        match node:
            case Input():
                return ("input", node.output, node.name, node.at, node.shares, node.span)
            case Constant():
                return self.constant(node)
            case Random():
                given = self.attributes(node.attributes)
                return ("random", node.output, node.source, node.at, given, node.span, node.inputs)
            case Local():
                steps = [(s.at, s.kernel, s.inputs, self.attributes(s.attributes)) for s in node.steps]
                return ("local", node.output, steps, node.span)
            case Exchange():
                return ("exchange", node.output, node.value, node.routes, node.span)
            case Output():
                return ("output", node.value, node.name, node.role, node.at, node.kept, node.span)
            case Repeat():
                carried = (node.initial, node.parameters, node.results, node.outputs)
                control = (node.count, node.condition, node.next_condition, node.index)
                return ("repeat", [self.node(inner) for inner in node.body], *carried, *control, node.span)

    def constant(self, node: Constant) -> tuple[Any, ...]:
        name = next(name for name, dtype in _DTYPES.items() if node.data.dtype == np.dtype(dtype))
        self.blobs.append(node.data.astype(np.dtype(name), copy=False).tobytes())
        return ("constant", node.output, name, node.data.shape, node.at, node.span)

    def attributes(self, attributes: dict[str, Any]) -> int:
        return self._attributes.setdefault(tuple(sorted(attributes.items())), len(self._attributes))


class _Reader:
    """Decodes a header. `blobs` are the constants' bytes that no constant has taken yet."""

    def __init__(self, blobs: memoryview) -> None:
        self.blobs = blobs
        self.maps: list[dict[str, Any]] = []

    @property
    def is_at_end(self) -> bool:
        """Whether constants have taken all data."""
        return len(self.blobs) == 0

    def graph(self, header: Any) -> Graph:
        types = list(map(_type, _list(header["types"])))
        self.maps = list(map(_attributes, _list(header["attributes"])))
        return Graph(
            protocol=_text(header["protocol"]),
            program=_text(header["program"]),
            parties=tuple(map(_text, _list(header["parties"]))),
            nodes=_integer(header["nodes"]),
            roles={_text(name): _integer(party) for name, party in _list(header["roles"])},
            types=tuple(_chosen(types, number) for number in _list(header["values"])),
            body=self.block(header["body"], 0),
            places=tuple(_place(*item) for item in _list(header["places"])),
            inputs=tuple(map(_declaration, _list(header["inputs"]))),
            outputs=tuple(map(_declaration, _list(header["outputs"]))),
            preprocessing=_text(header["preprocessing"]),
        )

    def block(self, items: Any, depth: int) -> tuple[Node, ...]:
        require(depth <= DEEPEST_REPEAT, f"repeats are nested more than {DEEPEST_REPEAT} deep")
        return tuple(self.node(item, depth) for item in _list(items))

    def node(self, item: Any, depth: int) -> Node:
        kind, *parts = _list(item)
        match kind:
            case "input":
                return _input(*parts)
            case "constant":
                return self.constant(*parts)
            case "random":
                return self.random(*parts)
            case "local":
                return self.local(*parts)
            case "exchange":
                return _exchange(*parts)
            case "output":
                return _output(*parts)
            case "repeat":
                return self.repeat(depth, *parts)
            case _:
                raise GraphError("there is no such kind of node")

    def constant(self, output: Any, dtype: Any, shape: Any, at: Any, span: Any) -> Constant:
        sizes, element = _integers(shape), np.dtype(_DTYPES[_text(dtype)])
        require(len(sizes) <= MOST_AXES, f"a constant has {len(sizes)} axes")
        require(all(size >= 0 for size in sizes), "a constant has a negative size")
        length = prod(sizes) * element.itemsize
        require(length <= len(self.blobs), "a constant is cut short")
        data = np.frombuffer(self.blobs[:length], np.dtype(dtype)).reshape(sizes).astype(element)
        require(element != np.bool_ or bool((data.view(np.uint8) <= 1).all()), "a truth value is neither 0 nor 1")
        self.blobs = self.blobs[length:]
        return Constant(_integer(output), data, _integers(at), _integer(span))

    def random(self, output: Any, source: Any, at: Any, attributes: Any, span: Any, inputs: Any) -> Random:
        given = _chosen(self.maps, attributes)
        return Random(_integer(output), _text(source), _integers(at), given, _integer(span), _integers(inputs))

    def local(self, output: Any, steps: Any, span: Any) -> Local:
        return Local(_integer(output), tuple(self.step(*step) for step in _list(steps)), _integer(span))

    def step(self, at: Any, kernel: Any, inputs: Any, attributes: Any) -> Step:
        return Step(_integers(at), _text(kernel), _integers(inputs), _chosen(self.maps, attributes))

    def repeat(self, depth: int, body: Any, *parts: Any) -> Repeat:
        *carried, count, condition, next_condition, index, span = parts
        initial, parameters, results, outputs = map(_integers, carried)
        return Repeat(
            self.block(body, depth + 1),
            initial,
            parameters,
            results,
            outputs,
            _optional(count),
            _optional(condition),
            _optional(next_condition),
            _optional(index),
            _integer(span),
        )


def _input(output: Any, name: Any, at: Any, shares: Any, span: Any) -> Input:
    return Input(_integer(output), _text(name), _integers(at), _truth(shares), _integer(span))


def _exchange(output: Any, value: Any, routes: Any, span: Any) -> Exchange:
    pairs = tuple((_integer(sender), _integer(receiver)) for sender, receiver in _list(routes))
    return Exchange(_integer(output), _integer(value), pairs, _integer(span))


def _output(value: Any, name: Any, role: Any, at: Any, kept: Any, span: Any) -> Output:
    return Output(_integer(value), _text(name), _text(role), _integers(at), _truth(kept), _integer(span))


def _type(item: Any) -> ValueType:
    storage, shape, planes = _list(item)
    return ValueType(Storage(_text(storage)), _integers(shape), _integer(planes))


def _place(source: Any, *numbers: Any) -> Place:
    line, column, end_line, end_column = map(_integer, numbers)
    return Place(_text(source), line, column, end_line, end_column)


def _declaration(item: Any) -> Declaration:
    name, kind, dimensions, bits, scale, labels, role, each, table, shares, valid, *rest = _list(item)
    steps, default, limits, beyond, *last = rest
    usual: list[Any] = ["", None, None]
    present, missing, heading = [*last, *usual[len(last) :]]
    sizes = tuple(_text(size) if isinstance(size, str) else _integer(size) for size in _list(dimensions))
    return Declaration(
        name=_text(name),
        kind=_text(kind),
        dimensions=sizes,
        bits=_integer(bits),
        scale=_integer(scale),
        labels=tuple(map(_text, _list(labels))),
        role=_text(role),
        each=_truth(each),
        table=_text(table),
        shares=_truth(shares),
        valid=_text(valid),
        steps=tuple(map(_text, _list(steps))),
        default=None if default is None else _integer(default),
        limits=_integers(limits),
        beyond=_text(beyond),
        present=_text(present),
        missing=None if missing is None else tuple(map(_text, _list(missing))),
        heading=None if heading is None else _text(heading),
    )


def _attributes(value: Any) -> dict[str, Any]:
    require(type(value) is dict, "attributes are not a map")
    return {name: _attribute(item) for name, item in value.items()}


def _attribute(value: Any) -> Any:
    if type(value) is list:
        return tuple(map(_attribute, value))
    return value if value is None or type(value) is str else _integer(value)


def _chosen(table: list[Any], number: Any) -> Any:
    """The entry with this number in a table of the header."""
    require(0 <= _integer(number) < len(table), "a table has no such entry")
    return table[number]


def _list(value: Any) -> Sequence[Any]:
    require(type(value) is list, "a list is due")
    items: list[Any] = value
    return items


def _integer(value: Any) -> int:
    if type(value) is int and -(1 << 63) <= value < 1 << 63:
        return value
    raise GraphError("an integer is due")


def _integers(value: Any) -> tuple[int, ...]:
    return tuple(map(_integer, _list(value)))


def _optional(value: Any) -> int | None:
    return None if value is None else _integer(value)


def _truth(value: Any) -> bool:
    require(type(value) is bool, "a truth value is due")
    return bool(value)


def _text(value: Any) -> str:
    require(type(value) is str and not any(0xD800 <= ord(letter) < 0xE000 for letter in value), "a text is due")
    return str(value)
