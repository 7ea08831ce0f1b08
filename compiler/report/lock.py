"""What a team has agreed that a program costs and discloses, in a file. In: explanations. Out: text, and what a change
has made dearer, or tells more or less.

A lock holds no seconds, which depend on machines. It knows lines by their text, so moving a line changes nothing. The
rounds of a function are those in which the function talks, shared or not: so they do not depend on the rest of the
program. A loop of unknown length counts as one turn.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..cost.cost import Cost
from ..cost.places import TOP_LEVEL, Line
from .disclosures import Change, changes, disclosures, is_disclosure
from .explain import Explanation

_VERSION = 2
_WITHOUT_DISCLOSURES = 1
_AMOUNTS = {"rounds": "rounds", "bytes": "bytes", "offline_bytes": "offline bytes"}


class LockError(Exception):
    """The file is no lock, or the lock of something else. The message says which."""


@dataclass(frozen=True, slots=True)
class Dearer:
    """A function, or the whole program, that costs more than agreed, with its lines that do."""

    what: str
    amounts: tuple[str, ...]
    lines: tuple[str, ...]


def to_lock(explanation: Explanation, sizes: Mapping[str, int]) -> str:
    """The text of a lock."""
    return json.dumps(_locked(explanation, sizes), indent=2, ensure_ascii=False) + "\n"


def dearer(explanation: Explanation, sizes: Mapping[str, int], lock: str) -> list[Dearer]:
    """What costs more than the lock says, the whole program first. Raises LockError."""
    agreed, now = _fitting(_parsed(lock), explanation, sizes), _locked(explanation, sizes)
    found = [_compared("the whole program", agreed["total"], now["total"], ())]
    for name, function in now["functions"].items():
        if name in agreed["functions"]:
            before = agreed["functions"][name]
            lines = tuple(_dearer_lines(before["lines"], function["lines"]))
            found.append(_compared(_called(name), before, function, lines))
    return [one for one in found if one.amounts]


def disclosed(explanation: Explanation, sizes: Mapping[str, int], lock: str) -> tuple[list[Change], list[Change]]:
    """What the program tells more than the lock says, and what it tells less. Raises LockError."""
    return changes(_fitting(_parsed(lock), explanation, sizes)["disclosures"], disclosures(explanation))


def _fitting(agreed: dict[str, Any], explanation: Explanation, sizes: Mapping[str, int]) -> dict[str, Any]:
    """The lock, which is one of this program's protocol, parties and sizes. Raises LockError."""
    now = {"protocol": explanation.protocol, "parties": len(explanation.parties), "sizes": dict(sizes)}
    for fact, this in now.items():
        if agreed[fact] != this:
            raise LockError(f"it was written for {fact} {_shown(agreed[fact])}, and this is {_shown(this)}")
    return agreed


def _locked(explanation: Explanation, sizes: Mapping[str, int]) -> dict[str, Any]:
    turns = [1] * (max((part.repeat or 0 for part in explanation.lines.parts), default=0) + 1)
    lines = explanation.lines.lines(turns)
    functions: dict[str, dict[str, Any]] = {}
    for name, cost in sorted(explanation.functions.lines(turns).items()):
        functions[name] = {**_amounts(cost, cost.shared), "lines": {}}
    for line in explanation.places.in_order(lines):
        amounts = _amounts(lines[line], lines[line].shared)
        if any(amounts.values()):
            _add(functions[_function(explanation, line)]["lines"], explanation.places.text(line), amounts)
    whole = {"rounds": 0, "bytes": 0, "offline_bytes": 0}
    for cost in lines.values():
        whole = {name: whole[name] + amount for name, amount in _amounts(cost, 0).items()}
    return {
        "tacit_lock": _VERSION,
        "program": explanation.program,
        "protocol": explanation.protocol,
        "parties": len(explanation.parties),
        "sizes": dict(sizes),
        "disclosures": [one.to_json() for one in disclosures(explanation)],
        "total": whole,
        "functions": functions,
    }


def _function(explanation: Explanation, line: Line) -> str:
    return explanation.places.functions.get(line, TOP_LEVEL)


def _amounts(cost: Cost, shared: int) -> dict[str, int]:
    return {"rounds": cost.rounds + shared, "bytes": sum(cost.bytes), "offline_bytes": sum(cost.offline_bytes)}


def _add(lines: dict[str, dict[str, int]], text: str, amounts: dict[str, int]) -> None:
    """Adds the amounts of a line. Lines with the same text count together."""
    before = lines.get(text, dict.fromkeys(amounts, 0))
    lines[text] = {name: before[name] + amount for name, amount in amounts.items()}


def _parsed(lock: str) -> dict[str, Any]:
    try:
        agreed: dict[str, Any] = json.loads(lock)
        version = agreed["tacit_lock"]
    except (ValueError, KeyError, TypeError):
        version = 0
    if version == _VERSION and _is_whole(agreed):
        return agreed
    if version == _WITHOUT_DISCLOSURES:
        raise LockError(
            "it is of a version whose locks did not say what a program discloses; read `tacit explain`, and write the "
            "lock anew with `tacit explain --lock`"
        )
    raise LockError("it is not what `tacit explain --lock` of this version writes")


def _is_whole(lock: dict[str, Any]) -> bool:
    """Whether a lock has all parts that are read, which hands may have edited."""
    parts = {"protocol": str, "parties": int, "sizes": dict, "disclosures": list, "total": dict, "functions": dict}
    if not all(isinstance(lock.get(name), kind) for name, kind in parts.items()):
        return False
    lines = [function.get("lines") for function in lock["functions"].values() if isinstance(function, dict)]
    costs = [lock["total"], *lock["functions"].values()]
    costs += [amounts for line in lines if isinstance(line, dict) for amounts in line.values()]
    return (
        len(lines) == len(lock["functions"])
        and all(isinstance(line, dict) for line in lines)
        and all(isinstance(cost, dict) and all(isinstance(cost.get(name), int) for name in _AMOUNTS) for cost in costs)
        and all(is_disclosure(one) for one in lock["disclosures"])
    )


def _compared(what: str, before: Mapping[str, int], now: Mapping[str, int], lines: tuple[str, ...]) -> Dearer:
    amounts = (
        f"{before[name]:,} -> {now[name]:,} {text}" for name, text in _AMOUNTS.items() if now[name] > before[name]
    )
    return Dearer(what, tuple(amounts), lines)


def _dearer_lines(before: Mapping[str, Mapping[str, int]], now: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    for text, amounts in now.items():
        agreed = before.get(text, {})
        if any(amounts[name] > agreed.get(name, 0) for name in _AMOUNTS):
            yield text


def _called(function: str) -> str:
    return f"function {function}" if function != TOP_LEVEL else "what is in no function"


def _shown(fact: object) -> str:
    if isinstance(fact, dict):
        return ", ".join(f"{name}={size}" for name, size in fact.items()) or "none"
    return str(fact)
