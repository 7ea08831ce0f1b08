"""What a party verifies before it runs a graph. In: a graph from anywhere. Out: nothing, or `GraphError`.

After `check`:

- each value is bound once, before it is used, by parties that hold what they read;
- kernels are called by their signatures;
- messages have one sender for each receiver and do not wait for each other within a round;
- sizes are bounded.
"""

from collections.abc import Container, Iterable, Sequence
from itertools import pairwise

import numpy as np

from .alignments import ROWS
from .correlations import CORRELATIONS, check_correlation, is_move
from .errors import GraphError, LimitError, require
from .followed import followed, followers
from .nodes import (
    DEALER,
    ROLE_EVERYONE,
    Constant,
    Declaration,
    Exchange,
    Graph,
    Input,
    Local,
    Node,
    Output,
    Parties,
    Random,
    Repeat,
    Step,
    Storage,
    ValueType,
)
from .signatures import check_call

MOST_PARTIES = 4096
MOST_VALUES = 1 << 24
MOST_ELEMENTS = 1 << 40
MOST_AXES = 64
MOST_PLANES = 1 << 16
MOST_TURNS = 1 << 48
DEEPEST_REPEAT = 64

STREAMS = ("stream", "zero", "permutation")
"""The values of `Random.source` besides `correlations`. These sources have no attributes."""

CLEAR_STORAGES = (Storage.INTEGER, Storage.BOOLEAN)

_LIMITED = ("int", "fixed", "date", "datetime")
"""The kinds of inputs that may have limits."""


def check(graph: Graph) -> None:
    """Raises `GraphError` unless every party may run its part of `graph`; `LimitError` if the graph is too large."""
    _check_header(graph)
    _check_nesting(graph.body, 0)
    sound: set[ValueType] = set()
    for number, kind in enumerate(graph.types):
        if kind not in sound:
            _check_type(graph, number, kind)
            sound.add(kind)
    _Checker(graph).block(graph.body, 0)


def _check_header(graph: Graph) -> None:
    count = len(graph.parties)
    require(count > 0, f"{count} parties")
    if count > MOST_PARTIES:
        raise LimitError(f"{count:,} parties, {MOST_PARTIES:,} at most")
    require(len(set(graph.parties)) == count and all(graph.parties), "two parties have the same name, or one has none")
    require(graph.preprocessing in ("", DEALER), f"there is no preprocessing {graph.preprocessing!r}")
    computing = count - (graph.dealer is not None)
    require(0 < graph.nodes <= computing, f"{graph.nodes} of {computing} parties are nodes")
    require(ROLE_EVERYONE not in graph.roles, "a role has no name")
    require(all(0 <= party < computing for party in graph.roles.values()), "a role sits on no party")
    if len(graph.types) > MOST_VALUES:
        raise LimitError(f"{len(graph.types):,} values, {MOST_VALUES:,} at most")
    for declarations in (graph.inputs, graph.outputs):
        seen = [(declaration.name, declaration.role) for declaration in declarations]
        require(len(set(seen)) == len(seen), "an input or output is declared twice")
    for each in graph.inputs:
        is_range = len(each.limits) == 2 and each.limits[0] <= each.limits[1] and each.kind in _LIMITED
        require(not each.limits or is_range, f"the limits of input {each.name!r} are no range")


def _check_type(graph: Graph, number: int, kind: ValueType) -> None:
    if len(kind.shape) > MOST_AXES:
        raise LimitError(f"an array that has {len(kind.shape)} axes, {MOST_AXES} at most", _span_of(graph.body, number))
    require(all(size >= 0 for size in kind.shape), f"value {number} has shape {kind.shape}")
    most = MOST_PLANES if kind.storage is Storage.BITS else 0
    require(0 <= kind.planes <= most, f"value {number} has {kind.planes} planes")
    # Each size is checked by itself first, because a product of 64 large sizes is a number of any length.
    is_long = any(size > MOST_ELEMENTS for size in kind.shape)
    if is_long or kind.size * max(kind.planes, 1) > MOST_ELEMENTS:
        what = f"bits of numbers of {kind.planes} bits" if kind.planes > 1 else "elements"
        raise LimitError(
            f"an array that has shape {list(kind.shape)}: more than {MOST_ELEMENTS:,} {what}",
            _span_of(graph.body, number),
        )


def _span_of(body: Sequence[Node], value: int) -> int:
    """The span of the node that gives a value; -1 where no node does."""
    for node in body:
        if isinstance(node, Repeat):
            if value in (*node.parameters, *node.outputs, node.index):
                return node.span
            inner = _span_of(node.body, value)
            if inner >= 0:
                return inner
        elif not isinstance(node, Output) and node.output == value:
            return node.span
    return -1


def _check_nesting(nodes: Sequence[Node], depth: int) -> None:
    """Raises `LimitError` if repeats are nested too deep. Must come before every walk that recurses into repeats."""
    if depth > DEEPEST_REPEAT:
        raise LimitError(f"repeats are nested more than {DEEPEST_REPEAT} deep")
    for node in nodes:
        if isinstance(node, Repeat):
            _check_nesting(node.body, depth + 1)


def has_known_turns(node: Repeat, false: Container[int]) -> bool:
    """Whether the most turns of a repeat are known: it has a count, or, like an `if`, runs at most once, because its
    next condition is among the constants `false`."""
    return node.count is not None or node.next_condition in false


class _Checker:
    """Walks the blocks in order of execution.

    `holders` has the values in scope with their parties, `scope` lists these values by age, and `bound` has all values
    that were ever in scope. `sound` keeps the calls of kernels that were found right, and `sets` the lists of parties:
    a long graph has few different ones, many times each.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.nodes = frozenset(range(graph.nodes))
        self.clients = frozenset(graph.clients)
        self.everyone = self.nodes | self.clients
        self.followed = followed(graph)
        self.holders: dict[int, frozenset[int]] = {}
        self.scope: list[int] = []
        self.bound: set[int] = set()
        self.inputs = {declaration.name: declaration for declaration in graph.inputs}
        self.outputs = {declaration.name for declaration in graph.outputs}
        self.given: set[str] = set()
        self.correlated: set[int] = set()
        self.false: set[int] = set()
        self.sound: set[tuple[str, tuple[ValueType, ...], ValueType, str]] = set()
        self.sets: dict[Parties, frozenset[int]] = {}
        self.is_endless = False

    def block(self, nodes: Sequence[Node], depth: int) -> None:
        arrived: set[int] = set()
        for node in nodes:
            if not -1 <= node.span < len(self.graph.places):
                raise GraphError(f"there is no place {node.span}")
            match node:
                case Input():
                    require(depth == 0, f"input {node.name!r} stands inside a repeat")
                    self.input(node)
                case Constant():
                    self.constant(node)
                case Random():
                    self.random(node)
                case Local():
                    self.local(node)
                case Exchange():
                    require(node.value not in arrived, f"value {node.value} is sent on in the round that it arrives in")
                    self.exchange(node)
                case Output():
                    self.output(node)
                case Repeat():
                    self.repeat(node, depth)
            if isinstance(node, Exchange):
                arrived.add(node.output)
            elif arrived:
                arrived = set()

    def input(self, node: Input) -> None:
        declaration = self.declaration(node.name)
        require(node.name not in self.given, f"input {node.name!r} is read twice")
        self.given.add(node.name)
        require(node.shares == declaration.shares, f"input {node.name!r} is declared otherwise")
        require(node.shares or self.storage(node.output) in CLEAR_STORAGES, f"input {node.name!r} is not in the clear")
        if node.shares:
            expected = self.nodes
        elif declaration.kind == ROWS:
            expected = frozenset(node.at[:1])
        elif declaration.role == ROLE_EVERYONE:
            expected = self.everyone
        elif declaration.each:
            expected = self.role(f"{declaration.role}[*]")
        else:
            expected = self.role(declaration.role)
        require(self.parties(node.at) == expected, f"input {node.name!r} is at other parties than declared")
        self.bind(node.output, node.at)

    def declaration(self, name: str) -> Declaration:
        """The declaration of an input. A part of a share is called `name/part`."""
        found = self.inputs.get(name)
        stored = self.inputs.get(name.rpartition("/")[0])
        if found is None and stored is not None and stored.shares:
            return stored
        if found is None:
            raise GraphError(f"input {name!r} is not declared")
        return found

    def constant(self, node: Constant) -> None:
        kind = self.type(node.output)
        require(node.data.dtype == np.dtype(kind.dtype), f"constant {node.output} has the wrong element type")
        fits = node.data.size == 1 or node.data.shape == kind.array_shape
        require(fits, f"constant {node.output} has shape {node.data.shape} for {kind.array_shape}")
        self.bind(node.output, node.at)
        if kind.storage is Storage.BOOLEAN and not node.data.any():
            self.false.add(node.output)

    def random(self, node: Random) -> None:
        if node.source not in STREAMS:
            self.correlation(node)
        else:
            require(not node.attributes, f"randomness {node.source!r} has no attributes")
            require(not node.inputs, f"randomness {node.source!r} depends on nothing")
            require(self.storage(node.output) not in CLEAR_STORAGES, f"value {node.output} cannot be random")
            require(node.source != "zero" or len(node.at) > 1, "a zero sharing needs two parties")
            require(
                node.source != "permutation" or self.type(node.output).is_order, "a permutation is a vector of words"
            )
        self.bind(node.output, node.at)

    def correlation(self, node: Random) -> None:
        """Checks correlated randomness. Whoever prepares it must know beforehand how many turns there are."""
        require(node.source in CORRELATIONS, f"there is no randomness {node.source!r}")
        require(node.at == tuple(range(self.graph.nodes)), f"randomness {node.source!r} is for all nodes")
        require(not self.is_endless, "correlated randomness stands in a repeat whose turns nobody can count")
        for value in node.inputs:
            self.held(value)
            require(value in self.correlated, f"randomness {node.source!r} depends on what is not of its kind")
        check_correlation(node, tuple(self.type(value) for value in node.inputs), self.type(node.output))
        require(bool(self.graph.preprocessing), f"nobody prepares randomness {node.source!r}")
        self.correlated.add(node.output)

    def local(self, node: Local) -> None:
        at = [party for step in node.steps for party in step.at]
        require(len(set(at)) == len(at), f"a party computes value {node.output} in two steps")
        output = self.type(node.output)
        for step in node.steps:
            self.parties(step.at)
            for value in step.inputs:
                self.read(value, step.at)
            self.call(step, output)
        if is_move(node, self.correlated):
            self.correlated.add(node.output)
        self.bind(node.output, tuple(sorted(at)))

    def call(self, step: Step, output: ValueType) -> None:
        """Checks each different call once. Attributes count as different if they are written differently: 1 and True
        are equal, but not the same attribute."""
        kinds = tuple(self.type(value) for value in step.inputs)
        written = repr(step.attributes) if step.attributes else ""
        call = (step.kernel, kinds, output, written)
        if call not in self.sound:
            check_call(step.kernel, kinds, output, step.attributes)
            self.sound.add(call)

    def exchange(self, node: Exchange) -> None:
        senders, receivers = (tuple(sorted(route[side] for route in node.routes)) for side in (0, 1))
        require(len(set(receivers)) == len(receivers), f"a party receives value {node.output} twice")
        require(all(sender != receiver for sender, receiver in node.routes), "a party sends to itself")
        self.read(node.value, tuple(sorted(set(senders))))
        require(self.type(node.value) == self.type(node.output), f"value {node.output} is not what was sent")
        self.bind(node.output, receivers)

    def output(self, node: Output) -> None:
        declared = node.name.rpartition("/")[0] if node.kept else node.name
        require(declared in self.outputs, f"output {node.name!r} is not declared")
        require(node.kept or self.storage(node.value) in CLEAR_STORAGES, f"output {node.name!r} is not in the clear")
        if node.kept:
            expected = [self.nodes]
        elif node.role == ROLE_EVERYONE:
            expected = [self.everyone, self.nodes, self.clients]
        else:
            expected = [self.role(node.role)]
        require(self.parties(node.at) in expected, f"output {node.name!r} is at other parties than its role's")
        self.read(node.value, node.at)

    def repeat(self, node: Repeat, depth: int) -> None:
        carried = (node.initial, node.parameters, node.results, node.outputs)
        require(len({len(values) for values in carried}) == 1, "a repeat carries values that do not pair up")
        for values in zip(*carried, strict=True):
            require(len({self.type(value) for value in values}) == 1, f"a repeat carries {values} of different types")
        going = followers(self.graph, id(node) in self.followed)
        self.control(node, going)
        holders = [self.held(value) for value in node.initial]
        outside = len(self.scope)
        for parameter, at in zip(node.parameters, holders, strict=True):
            self.bind(parameter, at)
        if node.index is not None:
            require(self.type(node.index) == ValueType(Storage.INTEGER, ()), "a turn's number is an integer")
            self.bind(node.index, going)
        around = self.is_endless
        self.is_endless = around or not has_known_turns(node, self.false)
        self.block(node.body, depth + 1)
        self.is_endless = around
        for result, at in zip(node.results, holders, strict=True):
            self.read(result, at)
        if node.next_condition is not None:
            self.read_condition(node.next_condition, going)
        for value in self.scope[outside:]:
            del self.holders[value]
        del self.scope[outside:]
        for value, at in zip(node.outputs, holders, strict=True):
            self.bind(value, at)

    def control(self, node: Repeat, going: Parties) -> None:
        require((node.condition is None) == (node.next_condition is None), "a condition is not renewed")
        require((node.condition is None) != (node.count is None), "a repeat has a count or a condition")
        require(node.count is None or node.count >= 0, f"a repeat of {node.count} turns")
        if node.count is not None and node.count > MOST_TURNS:
            raise LimitError(f"a repeat of {node.count:,} turns, {MOST_TURNS:,} at most", node.span)
        if node.condition is not None:
            self.read_condition(node.condition, going)

    def read_condition(self, value: int, going: Parties) -> None:
        """All parties that go through the repeat must hold its condition, even if they only count turns: the number of
        turns decides the numbers of later draws."""
        require(self.type(value) == ValueType(Storage.BOOLEAN, ()), f"condition {value} is not one truth value")
        self.read(value, going)

    def bind(self, value: int, at: Iterable[int]) -> None:
        holders = self.parties(tuple(at))
        self.type(value)
        if value in self.bound:
            raise GraphError(f"value {value} is bound twice")
        self.bound.add(value)
        self.scope.append(value)
        self.holders[value] = holders

    def read(self, value: int, at: Parties) -> None:
        if not self.holding(value).issuperset(at):
            raise GraphError(f"value {value} is read by parties that do not hold it")

    def held(self, value: int) -> Parties:
        return tuple(sorted(self.holding(value)))

    def holding(self, value: int) -> frozenset[int]:
        self.type(value)
        holders = self.holders.get(value)
        if holders is None:
            raise GraphError(f"value {value} is read before it is bound, or outside of its repeat")
        return holders

    def parties(self, at: Parties) -> frozenset[int]:
        found = self.sets.get(at)
        if found is None:
            require(len(at) > 0 and all(a < b for a, b in pairwise(at)), f"{at} are not parties in ascending order")
            require(at[0] >= 0 and at[-1] < len(self.everyone), f"{at} are not parties of the graph")
            found = self.sets[at] = frozenset(at)
        return found

    def role(self, name: str) -> frozenset[int]:
        party = self.graph.roles.get(name.replace("[*]", "[0]"))
        if party is None:
            raise GraphError(f"role {name!r} sits on no party")
        return frozenset((party,))

    def type(self, value: int) -> ValueType:
        if not 0 <= value < len(self.graph.types):
            raise GraphError(f"there is no value {value}")
        return self.graph.types[value]

    def storage(self, value: int) -> Storage:
        return self.type(value).storage
