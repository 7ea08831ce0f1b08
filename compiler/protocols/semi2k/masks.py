"""Opened masks: what every product and every conversion of additive shares begins with.

A share x and a fresh mask a, a uniform share that nobody knows: the nodes open d = x - a (XOR for bits) and hold x =
d + a with a public d. What depends on a alone is correlated randomness (`runtime.graph.correlations`). An opened mask
serves every use of the share, as often as it is multiplied, compared or truncated, in all turns of loops around: it
stands beside the share itself. Products of x = d + a and y = e + b then cost a triple, but no further message about x.

Why views are uniform, once for all rules: what a node sends to open d is its part of x less its part of a. Seen by all
other nodes together, who know theirs of the mask, that part of a is the stream of a seed which they do not hold, used
for nothing else that leaves the node; so d is uniform, and d, their own parts and nothing else determine the message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ....runtime.graph.correlations import MOVES
from ....runtime.graph.nodes import Parties, Storage, ValueType
from ..rules.expansion import Expansion, Wire, bits, call
from ..rules.shares import Arithmetic, Boolean

_WORDS = {16: Storage.WORD16, 32: Storage.WORD32}


@dataclass(frozen=True, slots=True)
class Masked:
    """x = opened + mask (XOR for bits): the nodes' parts of the mask, and what all of them know."""

    mask: Wire
    opened: Wire


class Masks:
    """The masks of one graph: of each share at most one, of chosen planes one for each choice."""

    def __init__(self, g: Expansion) -> None:
        self.g = g
        self._masked: dict[tuple[int, tuple[int, ...]], Masked] = {}
        self._own: dict[int, Wire] = {}
        self._low: dict[tuple[int, Storage], Masked] = {}
        self._derived: dict[tuple[object, ...], Wire] = {}
        self._origins: dict[int, tuple[Wire, str, dict[str, Any]]] = {}

    def number(self, x: Arithmetic) -> Masked:
        """1 round, 8 bytes from each node to each other; none if x has been opened so before."""
        return self._open(x.parts[0], ())

    def low_bits(self, x: Arithmetic, bits: int) -> Masked:
        """As `number`, of so many low bits at least: opened modulo 2**16 or 2**32, 2 or 4 bytes, if that will do.

        The difference modulo 2**16 is uniform as the whole one is; opened both ways, the one is a part of the other.
        """
        share = x.parts[0]
        words = [word for width, word in _WORDS.items() if bits <= width]
        if not words or self._is_open(share):
            return self.number(x)
        word = words[0]
        if (share.id, word) not in self._low:
            with self.g.beside(share):
                self._low[share.id, word] = self._opened_low(share, word)
        return self._low[share.id, word]

    def planes(self, x: Boolean, planes: Sequence[int] | None = None) -> Masked:
        """These planes of x (all if not given). 1 round, a bit of each from each node to each other; or none."""
        return self._open(x.parts[0], tuple(range(x.planes) if planes is None else planes))

    def remember(self, moved: Arithmetic, x: Arithmetic, kernel: str, attributes: dict[str, Any]) -> None:
        """Notes that the elements of `moved` are those of x: opened masks of x serve it too."""
        if kernel in MOVES:
            self._origins[moved.parts[0].id] = (x.parts[0], kernel, attributes)

    def derived(self, source: str, kind: ValueType, *values: Wire, **attributes: Any) -> Wire:
        """Shares of a function of masks (and of what was derived of masks). No round."""
        key = (source, kind, tuple(value.id for value in values), tuple(sorted(attributes.items())))
        if key not in self._derived:
            with self.g.beside(*values):
                self._derived[key] = self.g.random(source, kind, *values, **attributes)
        return self._derived[key]

    def _open(self, share: Wire, planes: tuple[int, ...]) -> Masked:
        key = (share.id, planes)
        if key not in self._masked:
            with self.g.beside(share):
                self._masked[key] = self._moved(share) or self._opened(share, planes)
        return self._masked[key]

    def _opened_low(self, share: Wire, word: Storage) -> Masked:
        g, kind = self.g, share.type
        mask = self._mask(share)
        own = g.local("ring.subtract", kind, share, mask)
        low = g.local(f"ring.to_{word.value}", ValueType(word, kind.shape), own)
        return Masked(mask, gather(g, low, g.nodes))

    def _moved(self, share: Wire) -> Masked | None:
        """From the mask of the share whose elements these are; of a slice only if that one is open already."""
        if share.id not in self._origins or share.id in self._own:
            return None
        origin, kernel, attributes = self._origins[share.id]
        if kernel == "slice" and not self._is_open(origin):
            return None
        whole = self._open(origin, ())
        mask, opened = (self.g.local(kernel, share.type, wire, **attributes) for wire in (whole.mask, whole.opened))
        return Masked(mask, opened)

    def _is_open(self, share: Wire) -> bool:
        """Whether a mask of the share can be had without a message."""
        if (share.id, ()) in self._masked:
            return True
        origin, *_ = self._origins.get(share.id, (None,))
        return origin is not None and self._is_open(origin)

    def _opened(self, share: Wire, planes: tuple[int, ...]) -> Masked:
        g, kind = self.g, share.type
        if kind.storage is Storage.BITS and planes != tuple(range(kind.planes)):
            kind = bits(kind.shape, len(planes))
            share = g.local("bits.planes", kind, share, planes=planes)
        if kind.storage is Storage.BITS:
            mask = g.random("mask", kind)
            return Masked(mask, gather(g, g.local("bits.xor", kind, share, mask), g.nodes))
        mask = self._mask(share)
        return Masked(mask, gather(g, g.local("ring.subtract", kind, share, mask), g.nodes))

    def _mask(self, share: Wire) -> Wire:
        """A number's only mask: whatever of it is opened and when, its summands stay the same."""
        if share.id not in self._own:
            self._own[share.id] = self.g.random("mask", share.type)
        return self._own[share.id]


def gather(g: Expansion, part: Wire, to: Parties) -> Wire:
    """The sum of all nodes' parts (XOR for bits) at the parties `to`. 1 round, a part from each node to each other."""
    kind, count = part.type, len(g.nodes)
    add = "bits.xor" if kind.storage is Storage.BITS else f"{kind.storage.value}.add"
    nodes = tuple(party for party in to if party in g.nodes)
    clients = tuple(party for party in to if party not in g.nodes)
    sums = []
    if nodes:
        # Each node hears the one `step` before it, and so everybody once.
        parts = [g.exchange(part, *(((node - step) % count, node) for node in nodes)) for step in range(1, count)]
        total = part if nodes == g.nodes else g.local("identity", kind, part, at=nodes)
        sums.append((nodes, _sum(g, add, [total, *parts])))
    if clients:
        parts = [g.exchange(part, *((node, client) for client in clients)) for node in g.nodes]
        sums.append((clients, _sum(g, add, parts)))
    if len(sums) == 1:
        return sums[0][1]
    return g.choose(kind, *((at, call("identity", total)) for at, total in sums))


def _sum(g: Expansion, add: str, parts: list[Wire]) -> Wire:
    total = parts[0]
    for part in parts[1:]:
        total = g.local(add, part.type, total, part)
    return total
