"""Guesses between which numbers a loop keeps what it carries.

In: what turns yield. Out: intervals that turns keep.

A value that grows by at most so much in each turn (`find_growth`) is guessed to have grown so in all of them. What
grows in another way gets room, more with each guess, so that what is drawn back once it is large is found, too.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...ir.control import most_turns
from ...ir.intervals import BIT, Interval
from ...ir.program import Operation
from .find_growth import Growths, Relation

TRIES = 24
"""Guesses before a value counts as unbounded."""


class Invariant:
    """A guess at what a loop carries, made wider until a turn keeps it."""

    def __init__(
        self,
        operation: Operation,
        initial: list[Interval],
        current: list[Interval],
        growths: Growths,
        limits: Sequence[Interval],
    ) -> None:
        self.current = current
        self._limits = limits
        self._operation = operation
        self._initial = initial
        self._growths = growths
        self._relations: list[Relation | None] = [None] * len(initial)
        self._attempt = 0

    @property
    def is_inside(self) -> bool:
        """Whether the guess lies within the limits: what the carried values may be at most."""
        return all(each in limit for each, limit in zip(self.current, self._limits, strict=True))

    def is_kept(self, yielded: list[Interval]) -> bool:
        """Whether a turn on the current guess yields nothing outside it; makes a new guess if not."""
        self._attempt += 1
        seen = self._growths.of(self._operation)
        current = list(self.current)
        kept = True
        for place, (given, new, old) in enumerate(zip(yielded, seen, self._relations, strict=True)):
            if (new is not None and old is not None and new.within(old)) or (old is None and given in current[place]):
                continue
            kept = False
            if new is not None and self._attempt <= TRIES // 3:
                relation = new if old is None else old.hull(new)
                self._relations[place] = relation
                current[place] = relation.after(self._initial[place], most_turns(self._operation))
            else:
                self._relations[place] = None
                current[place] = _widened(current[place].hull(given), self._attempt)
            if self._limits[place] == BIT:
                current[place] = BIT
        self.current = current
        return kept


def _widened(interval: Interval, attempt: int) -> Interval:
    """Room for what grows slower and slower, or not at all from some size on."""
    return Interval(
        interval.low * 16 if interval.low < 0 and attempt > 1 else interval.low,
        interval.high * 16 if interval.high > 0 and attempt > 1 else interval.high,
    )
