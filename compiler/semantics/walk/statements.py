"""Statements: what each does to the scope and to the IR. In: a block of the tree. Out: what it returned, if it did.

A mistake ends its statement. The names that the statement binds become poison, and the walk goes on with the next
statement.
"""

from collections.abc import Callable
from typing import Any

from ...ir.labels import Knowledge
from ...syntax import tree
from ..arrays.index_parts import parse_parts
from ..arrays.indexing import read, write
from ..errors import WrongError, inside_secret_condition, misplaced, too_deep, wrong
from ..state.context import Context, Outcome
from ..state.liveness import bound_names, spelled
from ..state.values import NOTHING, POISON, Closure
from .assignment import assign, assign_column, bind
from .conditions import condition_value, if_statement
from .expressions import operate
from .inputs import input_statement
from .loops import for_statement, while_statement
from .modules import import_statement
from .outputs import reveal, save
from .resolution import is_of_language


def run(context: Context, statements: tuple[tree.Statement, ...]) -> Outcome:
    """Elaborates a block. Returns the value of its `return`, or None if its end is reached."""
    for position, statement in enumerate(statements):
        outer, context.builder.span = context.builder.span, statement.span
        try:
            if isinstance(statement, tree.If):
                outcome, took_rest = if_statement(context, statement, statements[position + 1 :])
                if took_rest or outcome is not None:
                    return outcome
            elif isinstance(statement, tree.Return) and context.calls:
                return NOTHING if statement.value is None else context.value(statement.value)
            elif isinstance(statement, tree.Broken) and statement.word == "return" and context.calls:
                return POISON
            else:
                _STATEMENTS[type(statement)](context, statement)
        except WrongError as error:
            context.report(error)
            context.frame.names |= {spelled(name): POISON for name in bound_names((statement,))}
            if isinstance(statement, tree.Return) and context.calls:
                return POISON
        except RecursionError:
            # Python's stack is deep enough for any program that people write. The outermost statement reports this.
            if context.calls:
                raise
            context.report(too_deep(statement.span))
            context.frame.names |= {spelled(name): POISON for name in bound_names((statement,))}
        finally:
            context.builder.span = outer
    return None


def _loop(context: Context, node: tree.For | tree.While) -> None:
    """A name that the body binds is the body's in all turns, also before it is bound."""
    frame = context.frame
    outer, frame.renewed = frame.renewed, frame.renewed | {spelled(name) for name in bound_names(node.body)}
    try:
        if isinstance(node, tree.For):
            for_statement(context, node)
        else:
            while_statement(context, node)
    finally:
        frame.renewed = outer


def _return_outside(context: Context, node: tree.Return) -> None:
    raise misplaced(
        node.span,
        "`return`",
        "`return` in the body of a function",
        "`return` outside of functions",
        "use `reveal` to give a result to the parties",
    )


# --- assignment -------------------------------------------------------------------------------------------------


def _assign(context: Context, node: tree.Assign) -> None:
    assign(context, node.target, context.value(node.value), node.value.span)


def _augmented(context: Context, node: tree.AugmentedAssign) -> None:
    right = context.array(node.value, f"the right side of `{node.operator}=`")
    sides = node.target.span, node.value.span
    match node.target:
        case tree.Reference():
            left = context.array(node.target, f"the left side of `{node.operator}=`")
            new = operate(context, node.operator, node.operator_span, left, right, sides)
            bind(context, node.target.name, new)
            context.saw(node.target, new)
        case tree.Index(value=tree.Reference(name=name) as whole):
            x = context.array(whole, "what is assigned to")
            parts = parse_parts(context, node.target, x.shape)
            left = read(context, node.target.span, x, parts)
            new = operate(context, node.operator, node.operator_span, left, right, sides)
            whole_new = write(context, node.target.span, x, parts, new)
            bind(context, name, whole_new)
            context.saw(whole, whole_new)
        case tree.Attribute(value=tree.Reference() as whole):
            left = context.array(node.target, f"the left side of `{node.operator}=`")
            new = operate(context, node.operator, node.operator_span, left, right, sides)
            assign_column(context, node.target, whole, new, node.value.span)
        case _:
            raise TypeError(f"syntax lets nothing else stand before `{node.operator}=`: {node.target}")


# --- the rest ---------------------------------------------------------------------------------------------------


def _evaluate(context: Context, node: tree.Evaluate) -> None:
    context.value(node.value)


def _function(context: Context, node: tree.Function) -> None:
    defaults = {
        parameter.name.text: context.value(parameter.default)
        for parameter in node.parameters
        if parameter.default is not None
    }
    closure = Closure(node, context.frame, defaults)
    context.frame.names[node.name.text] = closure
    context.saw(node.name, closure)


def _assert(context: Context, node: tree.Assert) -> None:
    condition = condition_value(context, node.condition, "what is asserted")
    remedy = "reveal the bit first, if it may be known: `reveal ok as is_ok`"
    context.require_public(condition, node.condition.span, "what is asserted", remedy)
    if context.secret_conditions:
        origin = context.facts.origin(context.secret_conditions[-1].condition)
        raise inside_secret_condition(node.span, "assert", origin)
    message = "" if node.message is None else node.message.value
    static = context.static(condition.value) if condition.label.knowledge is Knowledge.STATIC else None
    if static is not None and not static and not context.arms and not context.sampled:
        raise wrong(
            node.span,
            f"the assertion does not hold: {message}" if message else "the assertion does not hold",
            expected="a condition that is True",
            found="a condition that is False for these sizes",
            remedy="change the sizes of the data, or the condition",
        )
    if static is None or not static:
        context.builder.effect("assert", condition.value, message=message)


def _party(context: Context, node: tree.Party) -> None:
    """Roles are bound before the walk, if they are declared where they may be."""
    context.saw(node.name, context.frame.find(node.name.text) or POISON)


def _param(context: Context, node: tree.Param) -> None:
    """Params are bound before the walk."""
    context.saw(node.name, context.frame.find(node.name.text) or POISON)


def _option(context: Context, node: tree.Option) -> None:
    """Options are read before the walk."""


def _broken(context: Context, node: tree.Broken) -> None:
    """A line that cannot be read, which has been reported. Names that it may have bound are not reported again.

    The block below the line is elaborated for its own mistakes and meanings.
    """
    frame = context.frame
    frame.names |= {name.text: POISON for name in node.binds}
    for name in node.names:
        if frame.find(name.text) is None and name.text not in frame.own and not is_of_language(name.text):
            frame.names[name.text] = POISON
    if node.body:
        before = dict(frame.names)
        with context.builder.region():
            context.run(context, node.body)
        frame.names = before | {spelled(name): POISON for name in bound_names((node,))}


_STATEMENTS: dict[type[Any], Callable[[Context, Any], None]] = {
    tree.Party: _party,
    tree.Param: _param,
    tree.Option: _option,
    tree.Input: input_statement,
    tree.Import: import_statement,
    tree.Assign: _assign,
    tree.AugmentedAssign: _augmented,
    tree.For: _loop,
    tree.While: _loop,
    tree.Reveal: reveal,
    tree.Save: save,
    tree.Assert: _assert,
    tree.Evaluate: _evaluate,
    tree.Return: _return_outside,
    tree.Function: _function,
    tree.Broken: _broken,
}
