"""The protocol graph: seven node kinds and nothing else. Compilers write it, parties run it, pictures draw it.

A *value* is a number that indexes `Graph.types`. Some parties hold the value, each with its own content under that one
number: `mine` of a replicated sharing is one value with three contents. Blocks are in execution order. Consecutive
`Exchange` nodes of a block are one round, and travel as one message for each pair of parties. `span` is the index in
`Graph.places` of a node's place in the program, -1 where it has none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from math import prod
from typing import Any

import numpy as np

Parties = tuple[int, ...]
"""Indices into `Graph.parties`, ascending."""

DEALER = "dealer"
"""The `Graph.preprocessing` of a graph with a dealer."""

ROLE_EVERYONE = ""
"""The role of an input or an output that all parties but the dealer hold."""


def audience(role: str) -> str:
    """The name under which a role is told something: `farmers[*]` for a member `farmers[3]`, who is told what all
    members are told, and else the role's own."""
    base, bracket, _ = role.partition("[")
    return f"{base}[*]" if bracket else role


class Storage(Enum):
    """How a value lies in memory at a party."""

    RING = "ring"
    """uint64 array of the value's shape: elements of Z_2^64."""
    WORD32 = "word32"
    """uint32 array of the value's shape: elements of Z_2^32."""
    WORD16 = "word16"
    """uint16 array of the value's shape: elements of Z_2^16."""
    BITS = "bits"
    """uint64[planes, ceil(size / 64)]: bit j of element i is bit i % 64 of word [j, i // 64] (C order of elements).
    The unused high bits of the last word of each plane are arbitrary and never leave a party."""
    INTEGER = "integer"
    """int64 array in the clear (integers, scaled fixed point, days, label indices, key hashes)."""
    BOOLEAN = "boolean"
    """bool array in the clear."""


_BYTES = {Storage.RING: 8, Storage.WORD32: 4, Storage.WORD16: 2, Storage.INTEGER: 8, Storage.BOOLEAN: 1}
_DTYPES: dict[Storage, type[np.generic]] = {
    Storage.RING: np.uint64,
    Storage.WORD32: np.uint32,
    Storage.WORD16: np.uint16,
    Storage.BITS: np.uint64,
    Storage.INTEGER: np.int64,
    Storage.BOOLEAN: np.bool_,
}


@dataclass(frozen=True, slots=True)
class ValueType:
    """Storage and logical shape of a value. For BITS, `planes` counts the bits of an element; otherwise it is 0."""

    storage: Storage
    shape: tuple[int, ...]
    planes: int = 0

    @property
    def size(self) -> int:
        """The number of elements."""
        return prod(self.shape)

    @property
    def words(self) -> int:
        """The number of 64-bit words of one plane."""
        return (self.size + 63) // 64

    @property
    def array_shape(self) -> tuple[int, ...]:
        """The shape of the NumPy array that holds the value."""
        return (self.planes, self.words) if self.storage is Storage.BITS else self.shape

    @property
    def dtype(self) -> type[np.generic]:
        """The NumPy type of the array that holds the value."""
        return _DTYPES[self.storage]

    @property
    def is_order(self) -> bool:
        """Whether the value can be places of rows: a vector of WORD32."""
        return self.storage is Storage.WORD32 and len(self.shape) == 1

    @property
    def wire_bytes(self) -> int:
        """The number of bytes of the value in a message: whole bytes of each plane, without the padding of words."""
        if self.storage is Storage.BITS:
            return self.planes * ((self.size + 7) // 8)
        return self.size * _BYTES[self.storage]


@dataclass(frozen=True, slots=True)
class Input:
    """A role's private value (`at` its party alone), a public input (at all), or a stored share (`shares`, at nodes).

    `name` is the input's name, `exposures.amount` for a column. An input from each member of a role has a row for each,
    and is at the party of the members. The value is already validated. It is INTEGER or
    BOOLEAN in the clear, or has the storage of the share that was saved; the parts of a share are the inputs `name/0`,
    `name/1`, ...
    """

    output: int
    name: str
    at: Parties
    shares: bool = False
    span: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """Public data that every party in `at` holds. Data of one element fills the value's whole shape."""

    output: int
    data: np.ndarray[Any, Any]
    at: Parties
    span: int = -1


@dataclass(frozen=True, slots=True)
class Random:
    """Fresh randomness by name.

    - "stream": the pseudo-random stream of the key that exactly the parties `at` share. All get the same content.
    - "zero": a zero sharing among the parties `at`, by addition for RING and WORDs, by XOR for BITS. Each party's
      content is the stream of the key that it shares with its predecessor, minus the stream of the key that it shares
      with its successor (cyclically in `at`).
    - "permutation": a uniform permutation of 0 ... n - 1 as WORD32[n], from such a stream, the same at all of `at`.
    - Other names are kinds of correlated randomness (`correlations`): shares, among the nodes, of uniform content or of
      a function of earlier such values, the `inputs`. Only whoever prepares the randomness needs to hold the inputs.
    """

    output: int
    source: str
    at: Parties
    attributes: dict[str, Any] = field(default_factory=dict)
    span: int = -1
    inputs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What the parties `at` do in a `Local`: they call `kernel(*inputs, **attributes)` of `signatures.KERNELS`."""

    at: Parties
    kernel: str
    inputs: tuple[int, ...]
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Local:
    """A computation without communication. Its parties are those of its steps. A party is in one step only."""

    output: int
    steps: tuple[Step, ...]
    span: int = -1


@dataclass(frozen=True, slots=True)
class Exchange:
    """`value` is sent along each route (sender, receiver). `output` is what arrives at the receivers.

    A receiver stands in one route only.
    """

    output: int
    value: int
    routes: tuple[tuple[int, int], ...]
    span: int = -1


@dataclass(frozen=True, slots=True)
class Output:
    """`value` leaves the protocol: in the clear for `role`, or kept as a share.

    ROLE_EVERYONE means all parties, and `farmers[*]` the members of a role.

    One `Output` may tell a value for all parties to the compute nodes, and another tell it to the clients. If a party
    is told a name more than once, the last time counts.

    `name` is what the program writes after `as` (`users.amount` for a column). `kept` marks a share of `save`, whose
    parts are the outputs `name/0`, `name/1`, ...
    """

    value: int
    name: str
    role: str
    at: Parties
    kept: bool = False
    span: int = -1


@dataclass(frozen=True, slots=True)
class Repeat:
    """A body that runs `count` times, or, if a `condition` is given, while that public BOOLEAN scalar holds.

    On entry `parameters` (values of the body) are bound to `initial`. After each turn they are rebound to `results`,
    and the condition to `next_condition`. After the last turn `outputs` are bound to what the parameters would be.
    `index`, if not None, is a value of the body: the turn's number, an INTEGER scalar. All parties that go through the
    repeat hold the index and the condition: the nodes, and the clients if anything happens at a client there (see
    `followed`). Bodies may read any value from outside. An `if` on a revealed bit is a repeat whose condition is false
    after one turn.
    """

    body: tuple[Node, ...]
    initial: tuple[int, ...]
    parameters: tuple[int, ...]
    results: tuple[int, ...]
    outputs: tuple[int, ...]
    count: int | None = None
    condition: int | None = None
    next_condition: int | None = None
    index: int | None = None
    span: int = -1

    @property
    def taken(self) -> tuple[int, ...]:
        """The outer values that the repeat reads on entry: the initial values, and the condition."""
        return self.initial if self.condition is None else (*self.initial, self.condition)

    @property
    def bound(self) -> tuple[int, ...]:
        """The values of the body that are bound when a turn begins: the parameters, and the turn's number."""
        return self.parameters if self.index is None else (*self.parameters, self.index)

    @property
    def renewed(self) -> tuple[int, ...]:
        """The values that a turn hands to the next turn: the results, and the next condition."""
        return self.results if self.next_condition is None else (*self.results, self.next_condition)


Node = Input | Constant | Random | Local | Exchange | Output | Repeat


@dataclass(frozen=True, slots=True)
class Declaration:
    """How an input or output looks to people: what `data` validates on reading and how it shows a result.

    - `kind` is bool, int, fixed, key, category, date or datetime. `bits`, `scale` and `labels` are as in the
      language's types.
    - `dimensions` are ints, or size names that the data binds. Columns of a table have the same `table`, and the
      table's rows as their first dimension. For outputs, `valid` names the output that holds the table's valid bits.
    - `steps` say how the text of keys is normalised. `default` stands for missing values. `present` names the input or
      the output with the bits that tell which values are there. Without either, a missing value is an error.
    - `limits` are the least and the greatest number of an input, in the clear representation. If a value is not between
      them, its owner stops before the first round. `beyond` says what is wrong with such a value.
    - `missing` lists the texts that stand for a missing value; None stands for the usual ones.
    - `heading` is the name of a table's column in the data, in Unicode's form NFC, where the program has another one.
    """

    name: str
    kind: str
    dimensions: tuple[int | str, ...]
    bits: int = 64
    scale: int = 0
    labels: tuple[str, ...] = ()
    role: str = ROLE_EVERYONE
    each: bool = False
    table: str = ""
    shares: bool = False
    valid: str = ""
    steps: tuple[str, ...] = ()
    default: int | None = None
    limits: tuple[int, ...] = ()
    beyond: str = ""
    present: str = ""
    missing: tuple[str, ...] | None = None
    heading: str | None = None

    @property
    def column(self) -> str:
        """The name of a table's column in the data, and of any other input its own."""
        own = self.name.removeprefix(f"{self.table}.") if self.table else self.name
        return own if self.heading is None else self.heading


@dataclass(frozen=True, slots=True)
class Place:
    """A span of a program's text: lines and columns of its beginning and end."""

    source: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A whole protocol for all parties at once. A party runs its projection.

    `parties` are names: first the protocol's compute nodes (`nodes` of them), then clients that only give and get data.
    `roles` says which party each role sits on; the members of a role sit on one party. `preprocessing` says who
    prepares correlated randomness: nobody (""), or the "dealer". The dealer is the last of the parties and takes part
    in nothing else: it learns nothing and gives nothing but that randomness.
    """

    protocol: str
    program: str
    parties: tuple[str, ...]
    nodes: int
    roles: dict[str, int]
    types: tuple[ValueType, ...]
    body: tuple[Node, ...]
    places: tuple[Place, ...] = ()
    inputs: tuple[Declaration, ...] = ()
    outputs: tuple[Declaration, ...] = ()
    preprocessing: str = ""

    @property
    def dealer(self) -> int | None:
        """The party that deals correlated randomness before the first round, if there is one."""
        return len(self.parties) - 1 if self.preprocessing == DEALER else None

    @property
    def clients(self) -> Parties:
        """The parties that are neither nodes nor the dealer. They share their inputs, wait, and get their outputs."""
        return tuple(range(self.nodes, len(self.parties) - (self.dealer is not None)))
