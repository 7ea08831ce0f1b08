"""Semantics: from the tree of a program to its IR, in one walk that finds types, shapes and labels on the way.

In: a module's tree, sizes, and a way to find other modules. Out: an IR `Program` for those sizes, or every mistake of
the program; and the meaning of each name and expression, even if there are mistakes.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ..diagnostics import CompileError, Diagnostic, in_order
from ..ir.build import Builder
from ..ir.program import Program, Written
from ..source import Span
from ..syntax import tree
from .declarations import Declarations, declarations, read_declarations
from .errors import misplaced
from .meanings import Meanings
from .params import NOTHING_GIVEN, Given
from .state.context import Context
from .state.describe import by_name
from .state.liveness import bound_names, scopes, spelled
from .state.values import Frame
from .walk.expressions import evaluate
from .walk.inputs import bind_head, with_samples
from .walk.resolution import check_functions
from .walk.statements import run

__all__ = ["Declarations", "Elaborated", "LoadModule", "declarations", "elaborate"]

LoadModule = Callable[[str], tree.Module | None]
"""From the name in `from name import ...` to the module's tree; None if there is no such module."""


@dataclass(frozen=True, slots=True)
class Elaborated:
    """What elaboration finds in a tree.

    `program` is None if any diagnostic is an error. `diagnostics` are in source order. `meanings` covers all that is
    sound, also on lines with mistakes and between such lines. `guards` is the option of that name.
    """

    program: Program | None
    diagnostics: tuple[Diagnostic, ...]
    meanings: Meanings
    guards: bool

    def sound(self) -> Program:
        """The program. Raises CompileError with all mistakes."""
        if self.program is None:
            raise CompileError(self.diagnostics)
        return self.program


def elaborate(
    module: tree.Module,
    sizes: Mapping[str, int],
    load_module: LoadModule,
    *,
    hides_sizes: bool = False,
    params: Given = NOTHING_GIVEN,
) -> Elaborated:
    """The program in IR, its mistakes, and the meaning of everything in it.

    The tree may be partial: lines that could not be read get no diagnostic here, and neither does what follows from
    such lines alone. `sizes` has the sizes that the data gave, by the names in `Declarations.sizes`, and how many keys
    match in joins. Sizes that are missing are made up, and messages say so. If it `hides_sizes`, no join tells how many
    keys match.
    """
    declared, mistakes = read_declarations(module, params)
    complete, sampled = with_samples(declared, dict(sizes))
    context = _context(module, declared, complete, sampled, load_module)
    context.hides_sizes = hides_sizes
    context.diagnostics += mistakes
    bind_head(context, declared)
    _check_nesting(context, module.body)
    check_functions(context, context.scopes, {*context.frame.own, *context.frame.names, *declared.unread})
    run(context, module.body)
    meanings = Meanings((module, *context.kept), tuple(context.seen), frozenset(context.columns), sampled)
    if context.diagnostics:
        different = (_with_sizes(diagnostic, sampled) for diagnostic in _different(context.diagnostics))
        return Elaborated(None, in_order(different), meanings, declared.guards)
    return Elaborated(_program(context, module, declared, complete), (), meanings, declared.guards)


def _program(context: Context, module: tree.Module, declared: Declarations, complete: Mapping[str, int]) -> Program:
    used = {name: size for name, size in complete.items() if name in declared.sizes} | context.matched
    params = tuple((each.name, each.text) for each in declared.params.values())
    program = context.builder.finish(module.source.name, context.roles, used, declared.fraction_bits)
    return replace(program, written=Written(tuple(_functions(context, module)), context.told, params))


def _functions(context: Context, program: tree.Module) -> Iterator[tuple[str, Span]]:
    """The outermost functions of the program and of its modules. Those of a module have the module's name in front."""
    for module in (program, *context.kept):
        prefix = "" if module is program else module.source.name.removesuffix(".mpc") + "."
        for statement in module.body:
            if isinstance(statement, tree.Function):
                yield prefix + statement.name.text, statement.span


def _context(
    module: tree.Module,
    declared: Declarations,
    sizes: dict[str, int],
    sampled: dict[int, str],
    load_module: LoadModule,
) -> Context:
    parties = {name: sizes[f"len({name})"] if many else None for name, many in declared.parties.items()}
    own = frozenset(spelled(name) for name in bound_names(module.body))
    return Context(
        builder=Builder(Span(module.source, 1, 1, 1, 1)),
        scale=declared.fraction_bits,
        scopes=scopes(module),
        frame=Frame({}, None, own),
        evaluate=evaluate,
        run=run,
        load_module=load_module,
        parties=parties,
        sizes=sizes,
        inputs={each.name: each for each in declared.inputs},
        params=declared.params,
        sampled=sampled,
    )


# --- what the walk does not meet --------------------------------------------------------------------------------


def _check_nesting(context: Context, body: tuple[tree.Statement, ...]) -> None:
    """Reports declarations and imports that do not stand at the top level."""
    for statement in body:
        for inner in _blocks(statement):
            for nested in _all_statements(inner):
                if type(nested) in _WORDS:
                    word = _WORDS[type(nested)]
                    expected = f"`{word}` at the left margin of the file"
                    remedy = "move it to the top of the program"
                    context.report(misplaced(nested.span, f"`{word}`", expected, f"`{word}` inside a block", remedy))
                if isinstance(nested, tree.For | tree.While):
                    _refuse_functions(context, nested)
        if isinstance(statement, tree.For | tree.While):
            _refuse_functions(context, statement)


def _refuse_functions(context: Context, loop: tree.For | tree.While) -> None:
    """Reports functions that are defined in a loop: such a function would keep values of a turn that is over."""
    for statement in loop.body:
        if isinstance(statement, tree.Function):
            expected, remedy = "`def` outside of loops", "define the function before the loop and pass it what it needs"
            context.report(misplaced(statement.header, "`def`", expected, "`def` in the body of a loop", remedy))


_WORDS: dict[type[tree.Statement], str] = {
    tree.Party: "party",
    tree.Input: "input",
    tree.Param: "param",
    tree.Option: "option",
    tree.Import: "import",
}


def _blocks(statement: tree.Statement) -> tuple[tuple[tree.Statement, ...], ...]:
    match statement:
        case tree.If(then=then, otherwise=otherwise):
            return then, otherwise
        case tree.For(body=body) | tree.While(body=body) | tree.Function(body=body) | tree.Broken(body=body):
            return (body,)
        case _:
            return ()


def _all_statements(body: tuple[tree.Statement, ...]) -> Iterator[tree.Statement]:
    for statement in body:
        yield statement
        for inner in _blocks(statement):
            yield from _all_statements(inner)


def _different(diagnostics: list[Diagnostic]) -> Iterable[Diagnostic]:
    """The diagnostics, without repetitions that only another call of the same function brings."""
    first: dict[Diagnostic, Diagnostic] = {}
    for diagnostic in diagnostics:
        first.setdefault(replace(diagnostic, notes=()), diagnostic)
    return first.values()


def _with_sizes(diagnostic: Diagnostic, sampled: dict[int, str]) -> Diagnostic:
    """The diagnostic with names in place of made-up sizes, and a remark on those that the mistake depends on."""
    text = f"{diagnostic.expected} {diagnostic.found}"
    outside_of_types = re.sub(r"\w\[[^]]*\]", "", text)
    decisive = [name for number, name in sampled.items() if re.search(rf"\b{number}\b", outside_of_types)]
    expected, found = (by_name(part, sampled) for part in (diagnostic.expected, diagnostic.found))
    remedy = diagnostic.remedy
    if decisive and all(name.startswith("matches(") for name in sampled.values()):
        remedy += "; how many keys match is known only once their owners have matched them: it may be any number, 0 too"
    elif decisive:
        told = ", ".join(f"{name} is made up as {number}" for number, name in sampled.items() if name in decisive)
        remedy += f"; {told}, for want of data: set it with `--size {decisive[0]}=...`"
    return replace(diagnostic, expected=expected, found=found, remedy=remedy)
