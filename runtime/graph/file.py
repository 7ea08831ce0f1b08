"""Graphs as bytes: the same graph, the same bytes, on every machine; and bytes from anywhere are checked before use.

    magic and version | length of the header, 8 bytes | header, canonical JSON | the constants' data, one after the
    other

Numbers are little-endian. The header holds the graph as lists and maps; a constant is its element type, shape and
nothing more, its data comes behind in order of appearance. Nothing in a file is evaluated, and nothing is allocated
that its length does not pay for.
"""

import hashlib
import json
import struct
from collections.abc import Sequence
from dataclasses import fields
from math import prod
from typing import Any

import numpy as np

from .check import DEEPEST_REPEAT, check
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
"""The most bytes that a header has."""

_LENGTH = struct.Struct("<Q")
_DTYPES = {"<u8": np.uint64, "<u4": np.uint32, "<u2": np.uint16, "<i8": np.int64, "|b1": np.bool_}


def to_bytes(graph: Graph) -> bytes:
    """The file's content."""
    blobs: list[bytes] = []
    header = json.dumps(_encode_graph(graph, blobs), sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    return b"".join([MAGIC, _LENGTH.pack(len(header)), header, *blobs])


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


def digest(graph: Graph) -> str:
    """SHA-256 of the file's content, in hexadecimal: equal exactly for equal graphs."""
    return hashlib.sha256(to_bytes(graph)).hexdigest()


def _encode_graph(graph: Graph, blobs: list[bytes]) -> dict[str, Any]:
    return {
        "protocol": graph.protocol,
        "program": graph.program,
        "parties": list(graph.parties),
        "nodes": graph.nodes,
        "roles": [[name, party] for name, party in graph.roles.items()],
        "types": [[kind.storage.value, list(kind.shape), kind.planes] for kind in graph.types],
        "body": [_encode_node(node, blobs) for node in graph.body],
        "places": [
            [place.source, place.line, place.column, place.end_line, place.end_column] for place in graph.places
        ],
        "inputs": [_encode_declaration(declaration) for declaration in graph.inputs],
        "outputs": [_encode_declaration(declaration) for declaration in graph.outputs],
    }


def _encode_declaration(declaration: Declaration) -> list[Any]:
    return [_encode(getattr(declaration, name)) for name in _DECLARATION_FIELDS]


def _encode_node(node: Node, blobs: list[bytes]) -> list[Any]:
    match node:
        case Input():
            return ["input", node.output, node.name, _encode(node.at), node.shares, node.span]
        case Constant():
            name = next(name for name, dtype in _DTYPES.items() if node.data.dtype == np.dtype(dtype))
            blobs.append(node.data.astype(np.dtype(name), copy=False).tobytes())
            return ["constant", node.output, name, list(node.data.shape), _encode(node.at), node.span]
        case Random():
            return ["random", node.output, node.source, _encode(node.at), _encode_map(node.attributes), node.span]
        case Local():
            steps = [[_encode(s.at), s.kernel, _encode(s.inputs), _encode_map(s.attributes)] for s in node.steps]
            return ["local", node.output, steps, node.span]
        case Exchange():
            return ["exchange", node.output, node.value, _encode(node.routes), node.span]
        case Output():
            return ["output", node.value, node.name, node.role, _encode(node.at), node.kept, node.span]
        case Repeat():
            carried = [_encode(values) for values in (node.initial, node.parameters, node.results, node.outputs)]
            control = [node.count, node.condition, node.next_condition, node.index]
            return ["repeat", [_encode_node(inner, blobs) for inner in node.body], *carried, *control, node.span]


def _encode_map(attributes: dict[str, Any]) -> dict[str, Any]:
    return {name: _encode(value) for name, value in attributes.items()}


def _encode(value: object) -> Any:
    """Integers, truth values, texts, None and tuples of these; anything else is our mistake."""
    if type(value) is tuple:
        return [_encode(item) for item in value]
    if value is None or type(value) in (int, bool, str):
        return value
    raise GraphError(f"{value!r} of type {type(value).__name__} cannot stand in a graph")


_DECLARATION_FIELDS = tuple(field.name for field in fields(Declaration))


class _Reader:
    """Decodes a header; `blobs` are the constants' bytes, taken from the front."""

    def __init__(self, blobs: memoryview) -> None:
        self.blobs = blobs

    @property
    def is_at_end(self) -> bool:
        """Whether all data belonged to a constant."""
        return len(self.blobs) == 0

    def graph(self, header: Any) -> Graph:
        return Graph(
            protocol=_text(header["protocol"]),
            program=_text(header["program"]),
            parties=tuple(map(_text, _list(header["parties"]))),
            nodes=_integer(header["nodes"]),
            roles={_text(name): _integer(party) for name, party in _list(header["roles"])},
            types=tuple(map(_type, _list(header["types"]))),
            body=self.block(header["body"], 0),
            places=tuple(_place(*item) for item in _list(header["places"])),
            inputs=tuple(map(_declaration, _list(header["inputs"]))),
            outputs=tuple(map(_declaration, _list(header["outputs"]))),
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
                return _random(*parts)
            case "local":
                return _local(*parts)
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
        require(all(size >= 0 for size in sizes), "a constant has a negative size")
        length = prod(sizes) * element.itemsize
        require(length <= len(self.blobs), "a constant is cut short")
        data = np.frombuffer(self.blobs[:length], np.dtype(dtype)).reshape(sizes).astype(element)
        require(element != np.bool_ or bool((data.view(np.uint8) <= 1).all()), "a truth value is neither 0 nor 1")
        self.blobs = self.blobs[length:]
        return Constant(_integer(output), data, _integers(at), _integer(span))

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


def _random(output: Any, source: Any, at: Any, attributes: Any, span: Any) -> Random:
    return Random(_integer(output), _text(source), _integers(at), _attributes(attributes), _integer(span))


def _local(output: Any, steps: Any, span: Any) -> Local:
    return Local(_integer(output), tuple(_step(*step) for step in _list(steps)), _integer(span))


def _step(at: Any, kernel: Any, inputs: Any, attributes: Any) -> Step:
    return Step(_integers(at), _text(kernel), _integers(inputs), _attributes(attributes))


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
    name, kind, dimensions, bits, scale, labels, role, each, table, shares, valid = _list(item)
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
    )


def _attributes(value: Any) -> dict[str, Any]:
    require(type(value) is dict, "attributes are not a map")
    return {name: _attribute(item) for name, item in value.items()}


def _attribute(value: Any) -> Any:
    if type(value) is list:
        return tuple(map(_attribute, value))
    if type(value) is int:
        return _integer(value)
    require(value is None or type(value) in (str, bool), "an attribute has no such form")
    return value


def _list(value: Any) -> Sequence[Any]:
    require(type(value) is list, "a list is due")
    items: list[Any] = value
    return items


def _integer(value: Any) -> int:
    require(type(value) is int and -(1 << 63) <= value < 1 << 63, "an integer is due")
    return int(value)


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
