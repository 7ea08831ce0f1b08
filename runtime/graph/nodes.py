"""The protocol graph: seven node kinds and nothing else. Compilers write it, parties run it, pictures draw it.

A *value* is a number that indexes `Graph.types`. It exists at some parties, and each of them holds its own content
under that one number: `mine` of a replicated sharing is one value with three contents. Blocks are in execution order;
consecutive `Exchange` nodes of a block are one round and travel as one message for each pair of parties.
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
"""`Graph.preprocessing` by a dealer."""

ROLE_EVERYONE = ""
"""The role of an input or an output that all parties hold, but for the dealer."""


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
    """Storage and logical shape of a value; `planes` counts the bits of each element for BITS and is 0 otherwise."""

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
        """The NumPy type of that array."""
        return _DTYPES[self.storage]

    @property
    def is_order(self) -> bool:
        """Whether the value can be places of rows: a WORD32 for each."""
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

    `name` is the input's (`exposures.amount` for a column); the value comes validated, INTEGER or BOOLEAN in the
    clear, or with the storage of the share that was saved: its parts are the inputs `name/0`, `name/1`, ...
    """

    output: int
    name: str
    at: Parties
    shares: bool = False
    span: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """Public data that every party in `at` holds; of one element, it fills the value's whole shape."""

    output: int
    data: np.ndarray[Any, Any]
    at: Parties
    span: int = -1


@dataclass(frozen=True, slots=True)
class Random:
    """Fresh randomness by name.

    "stream": the pseudo-random stream of the key that exactly the parties `at` share; they all get the same content.
    "zero": a zero sharing among the parties `at`, by addition for RING and WORDs, by XOR for BITS: each party's
    content is the stream of the key it shares with its predecessor minus that of its successor (cyclically in `at`).
    "permutation": a uniform permutation of 0 ... n - 1 as WORD32[n], from such a stream, the same at all of `at`.
    Other names are kinds of correlated randomness (`correlations`): shares, among the nodes, of uniform content or of
    a function of earlier such values, the `inputs`. Nobody needs to hold these for it but who prepares it.
    """

    output: int
    source: str
    at: Parties
    attributes: dict[str, Any] = field(default_factory=dict)
    span: int = -1
    inputs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What the parties `at` do in a `Local`: `kernel(*inputs, **attributes)`, by the table `signatures.KERNELS`."""

    at: Parties
    kernel: str
    inputs: tuple[int, ...]
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Local:
    """A computation without communication. Its parties are those of its steps, each in one step only."""

    output: int
    steps: tuple[Step, ...]
    span: int = -1


@dataclass(frozen=True, slots=True)
class Exchange:
    """`value` is sent along each route (sender, receiver); `output` is what arrived at the receivers.

    A receiver stands in one route only.
    """

    output: int
    value: int
    routes: tuple[tuple[int, int], ...]
    span: int = -1


@dataclass(frozen=True, slots=True)
class Output:
    """`value` leaves the protocol: in the clear for `role` (or, ROLE_EVERYONE, for all), or kept as a share.

    What is for all may be told to the nodes in one node and to the clients in another: where a name is told more than
    once, the last time counts.

    `name` is what was written after `as` (`users.amount` for a column); `kept` marks a share of `save`, whose parts are
    the outputs `name/0`, `name/1`, ...
    """

    value: int
    name: str
    role: str
    at: Parties
    kept: bool = False
    span: int = -1


@dataclass(frozen=True, slots=True)
class Repeat:
    """A body that runs `count` times, or, `condition` given, while that public BOOLEAN scalar holds.

    On entry `parameters` (values of the body) are bound to `initial`; after each turn they are rebound to `results`,
    and the condition to `next_condition`. After the last turn `outputs` are bound to what the parameters would be.
    `index`, if not None, is a value of the body: the turn's number, an INTEGER scalar. It and the condition are at the
    parties that go through the repeat: the nodes, and the clients if anything happens at one there (see `followed`).
    Bodies may read any value from outside. An `if` on a revealed bit is a repeat whose condition is false after a turn.
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
        """The values from before the repeat that it reads on entry: what it carries, and the condition."""
        return self.initial if self.condition is None else (*self.initial, self.condition)

    @property
    def bound(self) -> tuple[int, ...]:
        """The values of the body that each turn finds bound: the parameters, and the turn's number."""
        return self.parameters if self.index is None else (*self.parameters, self.index)

    @property
    def renewed(self) -> tuple[int, ...]:
        """The values that a turn hands to the next one: the results, and the next condition."""
        return self.results if self.next_condition is None else (*self.results, self.next_condition)


Node = Input | Constant | Random | Local | Exchange | Output | Repeat


@dataclass(frozen=True, slots=True)
class Declaration:
    """How an input or output looks to people: what `data` validates on reading and how it shows a result.

    `kind` is bool, int, fixed, key, category or date; `bits`, `scale` and `labels` as in the language's types.
    `dimensions` are ints, or size names that the data binds. Columns of a table have the same `table` and `rows` as
    their first dimension's value; for outputs, `valid` names the output that holds the table's valid bits. `steps` say
    how the text of keys is normalised. `default` stands for missing values; without one, a missing value is an error.

    Where an input has `limits`, the least and the greatest number in the clear representation, its owner stops before
    the first round if a value is not between them; `beyond` says what is wrong with such a value.
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


@dataclass(frozen=True, slots=True)
class Place:
    """A source span, as graphs carry it."""

    source: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A whole protocol: for all parties at once; a party runs its projection.

    `parties` are names: the protocol's nodes first (`nodes` of them), then clients that only give and get data.
    `roles` says which party each role sits on. `preprocessing` names who prepares correlated randomness: nobody, or
    the "dealer", which is the last of the parties and in no node: it learns nothing and gives nothing else.
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
        """The parties that are no nodes and no dealer: they share their inputs, wait, and get their outputs."""
        return tuple(range(self.nodes, len(self.parties) - (self.dealer is not None)))
