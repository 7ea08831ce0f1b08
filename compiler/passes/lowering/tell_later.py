"""What loops reveal to all, told to clients when the loops are over. In: loops being expanded. Out: carried values.

    while go {                       while go, carrying r and whether r was told {
        reveal x as r                    r = x, told to the nodes
    }                                }
                                     r is sent to the clients, and told to them if it was told in the loop

Clients pass by loops in which they have nothing to do (`place_public`). A name that is told in every turn has one value
for whoever asks afterwards: the last one, which the loop carries. If only the run shows whether anything was told, the
loop carries a flag, too.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ....runtime.graph.nodes import ROLE_EVERYONE, ValueType
from ...protocols.rules.expansion import Expansion, Wire, booleans


@dataclass(frozen=True, slots=True)
class Told:
    """The last value told under a name, at the nodes. `is_told` is None if something was told in any case."""

    value: Wire
    is_told: Wire | None


class Later:
    """The values told so far, by name."""

    def __init__(self, g: Expansion) -> None:
        self._g = g
        self._told: dict[str, Told] = {}
        self._passed_by: list[Mapping[str, ValueType]] = []

    @property
    def is_passed_by(self) -> bool:
        """Whether the expansion is inside a loop that clients pass by."""
        return bool(self._passed_by)

    def tell(self, name: str, value: Wire) -> None:
        """Notes a value that the nodes are told now."""
        self._told[name] = Told(value, None)

    @contextmanager
    def passing_by(self, kinds: Mapping[str, ValueType]) -> Iterator[None]:
        """The context of a loop or branch that clients pass by. Afterwards clients are told these names."""
        self._passed_by.append(kinds)
        yield
        self._passed_by.pop()
        if not self._passed_by and self._g.clients:
            for name in kinds:
                self._tell_clients(name, self._told[name])

    def loop(self) -> "Loop":
        """What a repeat that is about to be added carries, so that it can be told later."""
        kinds = self._passed_by[-1] if self._passed_by and self._g.clients else {}
        before = {name: self._told.get(name) or self._nothing(kind) for name, kind in kinds.items()}
        return Loop(self._g, self._told, before)

    def _nothing(self, kind: ValueType) -> Told:
        return Told(self._g.local("zeros", kind), self._g.constant(False, booleans(())))

    def _tell_clients(self, name: str, told: Told) -> None:
        g = self._g
        value = g.exchange(told.value, *((told.value.at[0], client) for client in g.clients))
        if told.is_told is None:
            g.output(value, name, ROLE_EVERYONE, g.clients)
            return
        everyone = (*g.nodes, *g.clients)
        false = g.constant(False, booleans(()), everyone)

        def tell(_: list[Wire]) -> tuple[Wire, Sequence[Wire]]:
            g.output(value, name, ROLE_EVERYONE, g.clients)
            return false, ()

        g.repeat_while(g.send(told.is_told, everyone), (), tell)


class Loop:
    """What one repeat carries so that it can be told after the repeat."""

    def __init__(self, g: Expansion, told: dict[str, Told], before: Mapping[str, Told]) -> None:
        self._g, self._told, self._before = g, told, before
        self._is_told_at_end: set[str] = set()

    @property
    def initial(self) -> list[Wire]:
        """The wires that the repeat carries for this, on entry."""
        return [self._g.kept_at(wire, self._g.nodes) for told in self._before.values() for wire in _wires(told)]

    def begin(self, carried: Sequence[Wire]) -> None:
        """Begins a turn with the carried wires."""
        self._told.update(self._read(carried))

    def end(self) -> list[Wire]:
        """The wires to carry on after a turn."""
        results: list[Wire] = []
        for name, before in self._before.items():
            told = self._told[name]
            results.append(told.value)
            if told.is_told is None:
                self._is_told_at_end.add(name)
            if before.is_told is not None:
                results.append(told.is_told or self._g.constant(True, booleans(())))
        return results

    def close(self, carried: Sequence[Wire], has_turns: bool) -> None:
        """Goes on after the loop. `has_turns` says that the loop turns once at least."""
        for name, told in self._read(carried).items():
            is_sure = has_turns and name in self._is_told_at_end
            self._told[name] = Told(told.value, None) if is_sure else told

    def _read(self, carried: Sequence[Wire]) -> dict[str, Told]:
        wires = iter(carried)
        return {
            name: Told(next(wires), None if before.is_told is None else next(wires))
            for name, before in self._before.items()
        }


def _wires(told: Told) -> tuple[Wire, ...]:
    return (told.value,) if told.is_told is None else (told.value, told.is_told)
