"""Imports: names of another module. A module is elaborated once, in its own scope, when it is first imported."""

from ...diagnostics import CompileError
from ...syntax import tree
from ...syntax.foreign.words import MODULES
from ..errors import WrongError, similar, wrong
from ..state.context import Context
from ..state.liveness import bound_names, scopes, spelled
from ..state.values import POISON, Frame
from .resolution import check_functions


def import_statement(context: Context, node: tree.Import) -> None:
    """`from module import name as local, ...`."""
    frame = _module(context, node)
    with context.collecting() as collector:
        for name, local in node.names:
            with collector:
                meaning = frame.names.get(name.text)
                if meaning is None:
                    raise wrong(
                        name.span,
                        f"the module `{node.module.text}` has no `{name.text}`",
                        expected="one of " + (", ".join(f"`{known}`" for known in sorted(frame.names)) or "no names"),
                        found=f"`{name.text}`",
                        remedy=similar(name.text, frame.names) or "import a name that the module defines",
                    )
                context.frame.names[local.text] = meaning
                context.saw(name, meaning)
                context.saw(local, meaning)


def _module(context: Context, node: tree.Import) -> Frame:
    name = node.module.text
    if name in context.loading:
        raise wrong(
            node.module.span,
            f"the module `{name}` imports itself",
            expected="modules that do not need each other in a circle",
            found=" imports ".join(f"`{one}`" for one in [*context.loading[context.loading.index(name) :], name]),
            remedy="move what both need into a third module",
        )
    if name in context.modules:
        return context.modules[name]
    try:
        module = context.load_module(name)
    except CompileError as error:
        raise WrongError(*error.diagnostics) from None
    if module is None:
        raise wrong(
            node.module.span,
            f"there is no module `{name}`",
            expected=f"`{name}.mpc` beside the program or in the standard library",
            found="no such file",
            remedy="functions need no import: leave the line out"
            if name in MODULES
            else "check the spelling, or write the file",
        )
    return _elaborated(context, name, module)


def _elaborated(context: Context, name: str, module: tree.Module) -> Frame:
    found = scopes(module)
    context.scopes.merge(found)
    context.kept.append(module)
    frame = Frame({}, None, frozenset(spelled(bound) for bound in bound_names(module.body)))
    check_functions(context, found, frame.own)
    outer = context.frame, context.loading
    context.frame, context.loading = frame, (*context.loading, name)
    try:
        for statement in module.body:
            if isinstance(statement, tree.Party | tree.Input | tree.Param | tree.Option | tree.Reveal | tree.Save):
                context.report(_declares(statement, name))
                frame.names |= {spelled(bound): POISON for bound in bound_names((statement,))}
        context.run(context, module.body)
    finally:
        context.frame, context.loading = outer
    context.modules[name] = frame
    return frame


def _declares(statement: tree.Statement, name: str) -> WrongError:
    return wrong(
        statement.span,
        f"the module `{name}` is imported and may only define names",
        expected="functions, constants and imports",
        found="a statement that concerns the parties",
        remedy="move it into the program, and pass values to the module's functions",
    )
