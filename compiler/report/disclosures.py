"""What a program discloses, one by one, as a lock keeps it, and what a change discloses besides.

In: an explanation, and what was agreed. Out: disclosures, changes.

Lines are known by their text, so moving them changes nothing. Limits of inputs count without their numbers, which
follow from all lines of a program.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..cost.places import Line
from .explain import Explanation
from .knowledge import EVERYONE, Joined, Told

_LINE = re.compile(r" of line \d+")
_LIMIT = "beyond "
_LATER = "a later program"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Something that `to` learns, `times` times, because of a line with the text `where`.

    `computation` is a digest of what is computed; it is empty for what its own words say in full.
    """

    to: str
    what: str
    where: str
    computation: str
    times: int
    line: Line

    def to_json(self) -> dict[str, Any]:
        """What a lock keeps: all but the line's number."""
        return {
            "to": self.to,
            "what": self.what,
            "where": self.where,
            "computation": self.computation,
            "times": self.times,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """A disclosure that is not as it was agreed. `line` is None where the program has no such line any more."""

    text: str
    where: str
    line: Line | None


def disclosures(explanation: Explanation) -> list[Disclosure]:
    """All that the program discloses, in the order of its report. What is the same twice counts twice as often."""
    found: dict[tuple[str, str, str], Disclosure] = {}
    for one in _each(explanation):
        key = (one.to, one.what, one.computation)
        found[key] = replace(found[key], times=found[key].times + one.times) if key in found else one
    return list(found.values())


def changes(agreed: Iterable[Mapping[str, Any]], now: Iterable[Disclosure]) -> tuple[list[Change], list[Change]]:
    """What the program tells more than was agreed, and what it tells less.

    What everyone may learn, each party may. The text of the line does not matter.
    """
    allowed = {(one["to"], one["what"], one["computation"]): one for one in agreed}
    told = {(one.to, one.what, one.computation): one for one in now}
    known = {(to, what) for to, what, _ in allowed}
    more: list[Change] = []
    for (to, what, computation), one in told.items():
        limits = [
            allowed[key]["times"] for key in ((to, what, computation), (EVERYONE, what, computation)) if key in allowed
        ]
        if not limits:
            learns = "learns something else as" if (to, what) in known else "learns"
            more.append(Change(f"{to} {learns} {what}", one.where, one.line))
        elif one.times > max(limits):
            more.append(Change(f"{to} learns more often ({one.times}, not {max(limits)}) {what}", one.where, one.line))
    still = {(to, what) for to, what, _ in told}
    less = [
        Change(f"{to} no longer learns {what}", one["where"], None)
        for (to, what, _), one in allowed.items()
        if still.isdisjoint({(to, what), (EVERYONE, what)})
    ]
    return more, less


def is_disclosure(one: object) -> bool:
    """Whether data of a lock are what `Disclosure.to_json` gives."""
    texts = ("to", "what", "where", "computation")
    return (
        isinstance(one, dict)
        and all(isinstance(one.get(name), str) for name in texts)
        and isinstance(one.get("times"), int)
    )


# --- what is told -----------------------------------------------------------------------------------------------


def _each(explanation: Explanation) -> Iterator[Disclosure]:
    knowledge, places = explanation.knowledge, explanation.places

    def at(to: str, what: str, line: Line, computation: str = "", times: int = 1) -> Disclosure:
        return Disclosure(to, what, places.text(line), computation, times, line)

    for told in (*knowledge.revealed, *knowledge.kept):
        for role in told.roles or (_LATER,):
            yield at(role, _told(told), Line(told.source, told.line), told.computation, told.times)
    for choice in knowledge.choices:
        line = Line(choice.source, choice.line)
        yield at(EVERYONE, f"which way `{choice.expression}` goes", line, choice.computation)
    for size in knowledge.sizes:
        yield Disclosure(EVERYONE, f"the size `{size.name}` of {', '.join(size.inputs)}", "", "", 1, Line("", 0))
    for join in knowledge.joins:
        line = Line(join.source, join.line)
        yield from (at(to, what, line) for to, what in _joined(join))
    for bit in knowledge.required:
        line = Line(bit.source, bit.line)
        yield at(EVERYONE, f"whether the run stops: {bit.message.partition(':')[0]}", line, times=bit.times)
    for stop in knowledge.stops:
        reason = "that is too large" if stop.beyond.startswith(_LIMIT) else stop.beyond
        what = f"whether {stop.role or EVERYONE} stops: {stop.input} has a value {reason}"
        yield Disclosure(EVERYONE, what, "", "", 1, Line("", 0))


def _told(told: Told) -> str:
    when = f", {_LINE.sub('', told.when)}" if told.when else ""
    name = "" if told.expression == told.name else f" as {told.name}"
    return f"`{told.expression}`{name}, {told.type}{when}"


def _joined(join: Joined) -> Iterator[tuple[str, str]]:
    """Who learns what of a join that owners of keys align."""
    yield EVERYONE, f"how many keys match: {join.name}"
    if join.repeats is not None:
        yield EVERYONE, f"whether a key stands twice in {', '.join(join.keys[0])}"
    if join.alternatives > 1:
        for matcher in (join.helper,) if join.helper else join.owners:
            yield matcher, f"which rows have which keys in common: {join.name}"
