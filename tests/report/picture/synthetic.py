"""Protocol graphs of any size, for pictures. In: numbers. Out: a `Graph`."""

from tacit.compiler.protocols.rules.expansion import Expansion, Wire, bits, ring
from tacit.runtime.graph.nodes import Graph, Place

PARTIES = ("alice", "bob", "carol")
NEXT = ((0, 2), (1, 0), (2, 1))


def large_graph(rounds: int, steps: int, lines: int = 40) -> Graph:
    """About `rounds * steps` nodes: arithmetic and boolean steps in turns, on `lines` lines of one program."""
    g = Expansion(3, 3)
    g.span = 0
    kinds = (ring((100,)), bits((100,), 8))
    values: list[Wire] = [g.zero(kinds[0]), g.zero(kinds[1])]
    for turn in range(rounds):
        for step in range(steps - 3):
            g.span = (turn * 7 + step // 6) % lines
            kind = (turn // 3 + step // 9) % 2
            name = ("ring.add", "bits.xor")[kind]
            mine = [value for value in values[-8:] if value.type == kinds[kind]] or [g.zero(kinds[kind])]
            values.append(g.local(name, kinds[kind], mine[step % len(mine)], mine[-1]))
        values.append(g.exchange(values[-1], *NEXT))
        values.append(g.exchange(values[-2], *NEXT))
    places = tuple(Place("large.mpc", line + 1, 1, line + 1, 20) for line in range(lines))
    return Graph("rep3", "large.mpc", PARTIES, 3, {}, tuple(g.types), g.body, places)
