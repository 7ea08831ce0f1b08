"""Opened masks: what every product and every conversion of additive shares begins with.

Let x be a share, and let a be a fresh mask: a uniform share whose value nobody knows. The nodes open d = x - a (XOR for
bits), so x = d + a with a public d. What depends on a alone is correlated randomness (`runtime.graph.correlations`).
The opened mask serves every use of the share: every product, comparison and truncation, in all turns of loops around
it. To this end it stands in the graph beside the share itself. A product of x = d + a and y = e + b then costs a
triple, but no further message about x.

Why views are uniform, once for all rules: to open d, a node sends its part of x less its part of a. This part
of a is the stream of a seed that no other node holds, and nothing else that leaves the node uses the stream. The other
nodes together know only their own parts. So d is uniform to them, and d and their own parts determine the message.
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
    """x = opened + mask (XOR for bits): the nodes' parts of the mask, and the difference that all nodes know."""

    mask: Wire
    opened: Wire


class Masks:
    """The masks of one graph. A share has at most one; of boolean shares each choice of planes has its own."""

    def __init__(self, g: Expansion) -> None:
        self.g = g
        self._masked: dict[tuple[int, tuple[int, ...]], Masked] = {}
        self._own: dict[int, Wire] = {}
        self._low: dict[tuple[int, Storage], Masked] = {}
        self._derived: dict[tuple[object, ...], Wire] = {}
        self._origins: dict[int, tuple[Wire, str, dict[str, Any]]] = {}

    def number(self, x: Arithmetic) -> Masked:
        """x as a mask and an opened number. 1 round, 8 bytes from each node to each other; no message if x is open."""
        return self._open(x.parts[0], ())

    def low_bits(self, x: Arithmetic, bits: int) -> Masked:
        """As `number`, but at least the low `bits` bits: opened modulo 2**16 or 2**32, 2 or 4 bytes, if that is enough.

        Modulo 2**16 the difference is as uniform as the whole difference. If both differences are opened, the short one
        is a part of the whole one.
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
        """These planes of x, or all. 1 round, a bit of each plane from each node to each other; no message if open."""
        return self._open(x.parts[0], tuple(range(x.planes) if planes is None else planes))

    def remember(self, moved: Arithmetic, x: Arithmetic, kernel: str, attributes: dict[str, Any]) -> None:
        """Notes that the elements of `moved` are elements of x: then opened masks of x serve `moved`, too."""
        if kernel in MOVES:
            self._origins[moved.parts[0].id] = (x.parts[0], kernel, attributes)

    def derived(self, source: str, kind: ValueType, *values: Wire, **attributes: Any) -> Wire:
        """Shares of a function of masks, or of values derived from masks. No round."""
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
        """The opened mask of the share that these elements come from, moved like the elements. None if there is none.

        A slice uses the mask of the whole only if the whole is open already.
        """
        if share.id not in self._origins or share.id in self._own:
            return None
        origin, kernel, attributes = self._origins[share.id]
        if kernel == "slice" and not self._is_open(origin):
            return None
        whole = self._open(origin, ())
        mask, opened = (self.g.local(kernel, share.type, wire, **attributes) for wire in (whole.mask, whole.opened))
        return Masked(mask, opened)

    def _is_open(self, share: Wire) -> bool:
        """Whether the share has an opened mask, or gets one without a message."""
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
        """The only mask of a number. Whatever is opened of the number, and when, its summands stay the same."""
        if share.id not in self._own:
            self._own[share.id] = self.g.random("mask", share.type)
        return self._own[share.id]


def gather(g: Expansion, part: Wire, to: Parties) -> Wire:
    """The sum of all nodes' parts (XOR for bits) at the parties `to`. 1 round, a part from each node to each."""
    kind, count = part.type, len(g.nodes)
    add = "bits.xor" if kind.storage is Storage.BITS else f"{kind.storage.value}.add"
    nodes = tuple(party for party in to if party in g.nodes)
    clients = tuple(party for party in to if party not in g.nodes)
    sums = []
    if nodes:
        # In each step a node receives from the node `step` places before it, so after all steps from every node once.
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
