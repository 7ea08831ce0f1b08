"""Into shares, from one kind to the other, and out of them. In: a share or what is in the clear. Out: the other."""

from ...ir.program import Value
from ...ir.types import Element, Kind
from ..circuits import circuits
from ..rules.protocol import Arithmetic, Boolean, Clear, Parties, Protocol, Share
from ..rules.use import BOOLEAN, ROWS


def shared(p: Protocol, clear: Clear, value: Value, kind: str, *, is_public: bool) -> Share:
    """What one party holds, or what is public, as a share of this kind for `value`."""
    if kind == ROWS:
        return p.known_rows(clear)
    if kind == BOOLEAN:
        return p.public_bits(clear, value.bits) if is_public else p.share_bits(clear, value.bits)
    return p.public(clear) if is_public else p.share(clear)


def converted(p: Protocol, x: Share, value: Value) -> Share:
    """The share of a value in the other kind."""
    if isinstance(x, Boolean):
        signed = value.type.element.kind is not Kind.BOOL
        return circuits.from_bits(p, circuits.extend(p, x, value.bits) if signed else x, signed)
    if not isinstance(x, Arithmetic):
        raise TypeError("what is in the clear is shared, not converted")
    return circuits.to_bits(p, x, value.bits)


def opened(p: Protocol, x: Share, element: Element, to: Parties) -> Clear:
    """A value in the clear at the parties `to`."""
    if isinstance(x, Arithmetic):
        return p.open(x, to)
    if isinstance(x, Clear):
        return Clear(p.g.send(x.wire, to))
    if not isinstance(x, Boolean):
        raise TypeError("where rows come from is never opened")
    is_bool = element.kind is Kind.BOOL
    return p.open_bits(x if is_bool else circuits.extend(p, x, max(2, x.planes)), to)
