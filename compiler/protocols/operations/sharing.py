"""Sharing, conversion between share kinds, and opening. In: a share or a value in the clear. Out: the other form."""

from ....runtime.graph.nodes import Parties
from ...ir.program import Value
from ...ir.types import Element, Kind
from ..circuits import circuits
from ..rules.conversions import Conversions
from ..rules.linear import Linear
from ..rules.opening import Opening
from ..rules.order import Order
from ..rules.protocol import offered
from ..rules.shares import Arithmetic, Boolean, Clear, Share
from ..rules.use import BOOLEAN, ROWS


def shared(p: Linear, clear: Clear, value: Value, kind: str, *, is_public: bool) -> Share:
    """A value that one party holds, or that is public, as a share of this kind. `value` tells its bits."""
    if kind == ROWS:
        return offered(p, Order).known_rows(clear)
    if kind == BOOLEAN:
        return p.public_bits(clear, value.bits) if is_public else p.share_bits(clear, value.bits)
    return p.public(clear) if is_public else p.share(clear)


def converted(p: Conversions, x: Share, value: Value) -> Share:
    """The share of `value` in the other kind: bits as a number, a number as bits."""
    if isinstance(x, Boolean):
        signed = value.type.element.kind is not Kind.BOOL
        return circuits.from_bits(p, circuits.extend(p, x, value.bits) if signed else x, signed)
    if not isinstance(x, Arithmetic):
        raise TypeError("what is in the clear is shared, not converted")
    return circuits.to_bits(p, x, value.bits)


def opened(p: Linear, x: Share, element: Element, to: Parties) -> Clear:
    """A value in the clear at the parties `to`. Raises TypeError for rows, which are never opened."""
    if isinstance(x, Arithmetic):
        return offered(p, Opening).open(x, to)
    if isinstance(x, Clear):
        return Clear(p.g.send(x.wire, to))
    if not isinstance(x, Boolean):
        raise TypeError("where rows come from is never opened")
    is_bool = element.kind is Kind.BOOL
    return offered(p, Opening).open_bits(x if is_bool else circuits.extend(p, x, max(2, x.planes)), to)
