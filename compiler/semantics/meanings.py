"""The meaning of a program's names and expressions, for whoever asks. In: what elaboration met. Out: `Meanings`.

A place may mean several things. A function is elaborated anew for each call, and a loop that is written out is
elaborated for each turn. A place there has each different sense once, in the order in which elaboration met them. A
loop that stays a loop has the senses of the turn that stands for all turns, with types and labels that hold in each
turn. The condition of a `while` is met before the loop, too. A place that elaboration never met has no sense: in a
branch that is not taken at these sizes, in a function that nobody calls, or after a mistake in the same statement.
Names in such places are still bound somewhere.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from itertools import starmap
from typing import Any

from ..ir.labels import STATIC, Label, join
from ..ir.program import Value
from ..source import Source, Span
from ..syntax import tree
from .bindings import Bindings, How, bindings
from .state.context import Spot
from .state.describe import by_name
from .state.values import Array, BuiltIn, Bundle, Closure, Meaning, Role, Table, TypeName, Words
from .type_names import type_name


@dataclass(frozen=True, slots=True)
class Sense:
    """One meaning of a place: its `type` in the words of the language, who knows the value, and its shape.

    In `type`, made-up sizes stand by name. Only arrays have a shape. A function or a party, which is no value, has no
    label. The label of a tuple or a table covers all its parts. `defined` is the place where a function's name is
    defined, which may be in another source.
    """

    type: str
    label: Label | None = None
    shape: tuple[int, ...] | None = None
    defined: Span | None = None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A place in the text: its `name` if it is a name, its senses, and the places that may have bound the name."""

    span: Span
    name: str | None
    senses: tuple[Sense, ...]
    bound: Bindings


@dataclass(frozen=True)
class Meanings:
    """What elaboration met.

    `trees` are the program and its modules. `seen` are their nodes with what the nodes turned out to mean, in order.
    `columns` are the identities of names that are columns. `sampled` has the names of made-up sizes.
    """

    trees: tuple[tree.Module, ...]
    seen: tuple[tuple[Spot, Meaning], ...]
    columns: frozenset[int]
    sampled: Mapping[int, str]

    def at(self, line: int, column: int, source: str = "") -> Occurrence | None:
        """The innermost name or expression at a place, counted from 1; None if there is none.

        `source` is the name of a module's source. Without it, the place is in the program.
        """
        found = self.occurrences(source)
        last = bisect_right(found, (line, column), key=lambda one: (one.span.line, one.span.column))
        covering = (one for one in reversed(found[:last]) if (line, column) < (one.span.end_line, one.span.end_column))
        return next(covering, None)

    def occurrences(self, source: str = "") -> tuple[Occurrence, ...]:
        """All names and expressions of a source in the order of the text. Each comes before those inside it."""
        wanted = source or self.trees[0].source.name
        return self._by_source.get(wanted, ())

    @cached_property
    def _by_source(self) -> dict[str, tuple[Occurrence, ...]]:
        senses: dict[int, dict[Sense, None]] = {}
        for spot, meaning in self.seen:
            senses.setdefault(id(spot), {})[self._sense(meaning)] = None
        return {module.source.name: tuple(self._of(module, senses)) for module in self.trees}

    def _of(self, module: tree.Module, senses: Mapping[int, Mapping[Sense, None]]) -> Iterator[Occurrence]:
        bound = bindings(module)
        together: dict[Span, list[Spot]] = {}
        for spot in spots(module.body):
            together.setdefault(spot.span, []).append(spot)
        for span in sorted(together, key=_start):
            here = together[span]
            different = dict.fromkeys(sense for spot in here for sense in senses.get(id(spot), ()))
            places = dict.fromkeys(place for spot in here for place in self._places(spot, bound))
            name = next((text for spot in here if (text := _name(spot)) is not None), None)
            yield Occurrence(span, name, tuple(different), tuple(places))

    def _places(self, spot: Spot, bound: Mapping[int, Bindings]) -> Bindings:
        """The places that bind a name. If the name is a column, only those that bind a column."""
        places = bound.get(id(spot), ())
        return tuple(one for one in places if one.how is How.COLUMN) if id(spot) in self.columns else places

    def _sense(self, meaning: Meaning) -> Sense:
        match meaning:
            case Array():
                return Sense(self._type(meaning), meaning.label, meaning.shape)
            case Table() | Bundle():
                return Sense(self._type(meaning), _label(meaning))
            case Words():
                return Sense("text", STATIC)
            case Closure(node=node):
                return Sense("function", defined=node.name.span)
            case BuiltIn():
                return Sense("built-in function")
            case TypeName():
                return Sense("type")
            case Role(members=members):
                return Sense("party" if members is None else "parties")
            case _:
                return Sense("no value")

    def _type(self, meaning: Meaning) -> str:
        match meaning:
            case Array():
                return by_name(type_name(meaning.type), self.sampled)
            case Table():
                return f"table[{', '.join(starmap(_column, meaning.columns.items()))}]"
            case Bundle(elements=elements):
                return f"({', '.join(map(self._type, elements))}{',' if len(elements) == 1 else ''})"
            case _:
                return self._sense(meaning).type


def _column(name: str, value: Value) -> str:
    """`amount: fixed`: the type of one row's value."""
    return f"{name}: {type_name(value.type.with_shape(value.type.shape[1:]))}"


def spots(node: Any) -> Iterator[Spot]:
    """The names and expressions of a tree. Each comes before those inside it."""
    if isinstance(node, tuple):
        for part in node:
            yield from spots(part)
    elif is_dataclass(node) and not isinstance(node, Source | Span):
        if isinstance(node, Spot):
            yield node
        yield from spots(tuple(getattr(node, part.name) for part in fields(node) if part.name != "steps"))


def _label(meaning: Meaning) -> Label:
    """The label that covers all parts of a value."""
    match meaning:
        case Array():
            return meaning.label
        case Table():
            valid = () if meaning.valid is None else (meaning.valid,)
            return join(value.label for value in (*meaning.columns.values(), *valid))
        case Bundle(elements=elements):
            return join(_label(element) for element in elements)
        case _:
            return STATIC


def _name(spot: Spot) -> str | None:
    match spot:
        case tree.Name(text=text):
            return text
        case tree.Reference(name=name):
            return name
        case _:
            return None


def _start(span: Span) -> tuple[int, int, int, int]:
    """Sorts spans by their beginnings, longer spans first."""
    return span.line, span.column, -span.end_line, -span.end_column
