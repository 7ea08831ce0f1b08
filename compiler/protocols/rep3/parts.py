"""Which node holds what of a replicated share: node i has component i as "mine" and component i + 1 as "next"."""

from collections.abc import Mapping

from ....runtime.graph.nodes import ValueType
from ..rules.expansion import Call, Expansion, Wire, call, ring

Parts = tuple[Wire, ...]
"""(mine, next)."""

number = ring
"""The type of one part of a share of numbers. The conversions of this protocol work over Z_2^64 alone."""


def assemble(g: Expansion, kind: ValueType, components: Mapping[tuple[int, int], Call]) -> Parts:
    """The parts of a share from the calls that compute each (component, node). What is not given is zero."""
    nothing = Call("zeros", ())
    mine = [((node,), components.get((node, node), nothing)) for node in range(3)]
    following = [((node,), components.get(((node + 1) % 3, node), nothing)) for node in range(3)]
    return (g.choose(kind, *mine), g.choose(kind, *following))


def known_to_two(g: Expansion, parts: Parts) -> Wire:
    """Component 2, at the nodes 1 and 2."""
    mine, following = parts
    return g.choose(mine.type, ((1,), call("identity", following)), ((2,), call("identity", mine)))
