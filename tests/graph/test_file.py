"""Graphs as bytes: there and back, one form only, and no bytes that do harm."""

import json
import struct
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tacit.runtime.graph.errors import GraphError
from tacit.runtime.graph.file import MAGIC, digest, from_bytes, opened, to_bytes, written
from tacit.runtime.graph.nodes import Constant, Graph, Local, Node, Repeat

from tests.graph.samples import constants, sample, step

BODIES = [to_bytes(sample()), to_bytes(constants())]


def header(data: bytes) -> dict[str, object]:
    (length,) = struct.unpack_from("<Q", data, len(MAGIC))
    loaded: dict[str, object] = json.loads(data[len(MAGIC) + 8 : len(MAGIC) + 8 + length])
    return loaded


def file(text: str, blobs: bytes = b"\0\0") -> bytes:
    """A file with this header; the sample has two truth values for constants."""
    return MAGIC + struct.pack("<Q", len(text.encode())) + text.encode() + blobs


@pytest.mark.parametrize("graph", [sample(), constants()])
def test_a_graph_comes_back_as_it_was(graph: Graph) -> None:
    found = from_bytes(to_bytes(graph))
    assert to_bytes(found) == to_bytes(graph)
    assert digest(found) == digest(graph)
    for name in ("protocol", "program", "parties", "nodes", "roles", "types", "places", "inputs", "outputs"):
        assert getattr(found, name) == getattr(graph, name)
    for one, other in zip(found.body, graph.body, strict=True):
        if isinstance(one, Constant) and isinstance(other, Constant):
            assert np.array_equal(one.data, other.data) and one.data.dtype == other.data.dtype
            assert one.data.flags.writeable and one.data.shape == other.data.shape
        elif not isinstance(one, Repeat):
            assert one == other


def test_a_column_keeps_its_name_in_the_data() -> None:
    (first, *rest) = sample().inputs
    graph = replace(sample(), inputs=(replace(first, heading="Order ID"), *rest))
    assert from_bytes(to_bytes(graph)).inputs == graph.inputs
    assert digest(graph) != digest(sample())


def test_any_change_changes_the_digest() -> None:
    graph = sample()
    first = graph.body[1]
    assert isinstance(first, Local)
    moved = replace(graph, body=(graph.body[0], replace(first, span=1), *graph.body[2:]))
    assert len({digest(graph), digest(moved), digest(replace(graph, program="other.mpc"))}) == 3
    assert digest(graph) == digest(sample())


def test_the_digest_is_that_of_this_version() -> None:
    """Parties of one version must agree: change the magic when the format changes, and this with it."""
    assert digest(sample()) == "881b329f4c968c4850869db64d8777d009b8f926f65faddc6ccd402b5760f11a"


def test_attributes_are_plain() -> None:
    node: Node = Local(0, (step("zeros", bits=np.int64(3)),))
    with pytest.raises(GraphError, match="a file can hold"):
        to_bytes(replace(constants(), body=(node,)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        MAGIC,
        MAGIC[:-1] + b"\x02" + bytes(8),
        MAGIC + b"\xff" * 8,
        MAGIC + bytes(8),
        file("[]"),
        file("null"),
        file("{}"),
        file("[" * 100_000),
        file('{"body":' + "[" * 10_000 + "]" * 10_000 + "}"),
        file("1" * 5000),
        file("NaN"),
        BODIES[0] + b"\0",
        BODIES[1][:-1],
    ],
)
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(GraphError):
        from_bytes(data)


def test_a_constant_is_not_longer_than_the_file() -> None:
    data = header(BODIES[1])
    for shape in ([1 << 40], [1 << 40, 1 << 40], [-1], [1 << 70], [3, 0, 1 << 62]):
        data["body"] = [["constant", 0, "<u8", shape, [0, 1, 2], -1]]
        with pytest.raises(GraphError):
            from_bytes(file(json.dumps(data, sort_keys=True, separators=(",", ":"))))


def test_a_shape_of_very_many_axes_is_not_multiplied_out() -> None:
    """The product would have millions of digits, and take time that grows with their square."""
    data = header(BODIES[1])
    data["body"] = [["constant", 0, "<u8", [1 << 62] * 65, [0, 1, 2], -1]]
    with pytest.raises(GraphError, match="65 axes"):
        from_bytes(file(json.dumps(data, sort_keys=True, separators=(",", ":"))))


def test_there_is_one_form_only() -> None:
    data = header(BODIES[0])
    assert to_bytes(from_bytes(file(json.dumps(data, sort_keys=True, separators=(",", ":"))))) == BODIES[0]
    with pytest.raises(GraphError, match="canonical"):
        from_bytes(file(json.dumps(data)))
    with pytest.raises(GraphError, match="canonical"):
        from_bytes(file(json.dumps(data | {"more": 1}, sort_keys=True, separators=(",", ":"))))


def test_truth_values_are_zero_or_one() -> None:
    spoilt = bytearray(BODIES[1])
    spoilt[-2] = 2
    with pytest.raises(GraphError, match="truth value"):
        from_bytes(bytes(spoilt))


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.sampled_from(BODIES), st.data())
def test_spoilt_bytes_are_refused_or_harmless(body: bytes, data: st.DataObject) -> None:
    """What is not refused is a graph that passed every check."""
    spoilt = bytearray(body)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(spoilt) - 1))
        kind = data.draw(st.sampled_from(["set", "cut", "insert"]))
        if kind == "set":
            spoilt[place] = data.draw(st.sampled_from(list(b'0123456789[]{},:"-.enul\x00\xff')))
        elif kind == "cut":
            del spoilt[place : place + data.draw(st.integers(1, 5))]
        else:
            spoilt[place:place] = data.draw(st.binary(max_size=3))
    try:
        graph = from_bytes(bytes(spoilt))
    except GraphError:
        return
    assert to_bytes(graph) == spoilt


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.data())
def test_spoilt_headers_are_refused_or_harmless(data: st.DataObject) -> None:
    """Well-formed JSON with other contents reaches the checks behind the parser."""
    tree = header(BODIES[0])
    for _ in range(data.draw(st.integers(1, 3))):
        _spoil(tree, data)
    text = json.dumps(tree, sort_keys=True, separators=(",", ":"))
    try:
        graph = from_bytes(file(text))
    except GraphError:
        return
    assert to_bytes(graph) == file(text)


def _spoil(tree: object, data: st.DataObject) -> None:
    """Replaces one leaf or branch by something else."""
    odd = st.sampled_from([None, True, -1, 0, 1, 2, 7, 1 << 40, 1 << 70, 0.5, "", "zero", "ring.add", [], [0, 1], {}])
    while True:
        places = list(tree) if isinstance(tree, dict) else list(range(len(tree))) if isinstance(tree, list) else []
        if not places:
            return
        place = data.draw(st.sampled_from(places))
        inner = tree[place]  # type: ignore[index]
        if not isinstance(inner, (dict, list)) or data.draw(st.integers(0, 5)) == 0:
            tree[place] = data.draw(odd)  # type: ignore[index]
            return
        tree = inner


def test_a_file_is_the_graph_and_its_content() -> None:
    mine = written(sample())
    assert mine.content == to_bytes(mine.graph)
    other = opened(mine.content)
    assert (other.content, to_bytes(other.graph)) == (mine.content, mine.content)
    with pytest.raises(GraphError):
        opened(mine.content[:-1])
