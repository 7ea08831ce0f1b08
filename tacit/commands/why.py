"""`explain --why LINE`: why the values of a line are held as they are. In: a program, a line. Out: a table, or data."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..compiler.cost.places import Line
from ..compiler.ir.program import Program as Elaborated
from ..compiler.ir.rewrite import walk
from ..compiler.passes.sharing.choose_shares import Explained, explain_choices
from ..compiler.passes.sharing.weigh_kinds import is_secret
from ..compiler.semantics.type_names import type_name
from ..program import Program
from ..runtime.errors import UsageError
from ..terminal.amounts import seconds_text
from ..terminal.tables import Column, Table

_SHOWN = 12
"""How many lines an error proposes in place of a wrong one."""


def why(program: Program, sizes: Mapping[str, int], given: str) -> tuple[Line, list[Explained]]:
    """The line that `12` or `module:12` means, and the choices there. Raises `UsageError` if the line has no
    choices."""
    source, _, number = given.rpartition(":")
    if not number.isdecimal():
        raise UsageError(f"--why wants a line, as in --why 12, or --why module:12 of a module, not {given!r}")
    line = Line(source or program.source.name, int(number))
    shared = program.compiled_for(sizes).shared
    found = explain_choices(shared, program.compilation.target(shared.roles), line)
    if not found:
        raise UsageError(f"line {given} makes no secret value{_instead(shared, line)}")
    return line, found


def _instead(program: Elaborated, line: Line) -> str:
    lines = sorted(
        {
            operation.span.line
            for operation in walk(program.body)
            if operation.span.source.name == line.source and any(map(is_secret, operation.results))
        },
        key=lambda number: (abs(number - line.number), number),
    )
    if not lines:
        return f", and neither does any other of {line.source}"
    more = ", ..." if len(lines) > _SHOWN else ""
    return f" that is still there after optimisation; these do: {', '.join(map(str, sorted(lines[:_SHOWN])))}{more}"


def why_table(line: Line, text: str, found: Sequence[Explained]) -> Table:
    """The table of choices, with a row for each value."""
    rows = [
        (
            one.value.name or "-",
            one.operation,
            type_name(one.value.type),
            one.kind,
            one.rule if one.alone is not None else "-",
            "-" if one.alone is None else seconds_text(one.alone),
            seconds_text(one.program),
            "no other way" if one.otherwise is None else seconds_text(one.otherwise),
        )
        for one in found
    ]
    headings = ("value", "operation", "type", "held as", "computed as")
    numbers = ("alone", "program", "program otherwise")
    return Table(
        f"Why values of line {line.number} are held as they are: {text}",
        (*map(Column, headings), *(Column(name, is_number=True) for name in numbers)),
        tuple(rows),
        notes=(
            "alone: seconds of this operation, in all its turns; program: of the whole program, with all conversions",
            "program otherwise: with this value computed in the other kind, and all other kinds chosen anew",
            "the model adds up the rounds of all operations as if none shared them, so that it counts more than a run",
        ),
    )


def why_json(line: Line, text: str, found: Sequence[Explained]) -> dict[str, Any]:
    """The choices of `why_table` as JSON data."""
    return {
        "source": line.source,
        "line": line.number,
        "text": text,
        "values": [
            {
                "name": one.value.name,
                "operation": one.operation,
                "type": type_name(one.value.type),
                "kind": one.kind,
                "computed_as": None if one.alone is None else one.rule,
                "seconds_alone": one.alone,
                "seconds_program": one.program,
                "seconds_program_otherwise": one.otherwise,
            }
            for one in found
        ],
    }
