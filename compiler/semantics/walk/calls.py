"""Calls. In: a call of the tree. Out: what the call gives.

A function of the program is elaborated anew for each call, with the types, shapes and labels of its arguments. A call
becomes one `call` operation, whose region is the body.
"""

from ...diagnostics import Note
from ...ir.build import OpenRegion
from ...ir.labels import Knowledge
from ...ir.program import Value
from ...source import Span
from ...syntax import tree
from ..builtins.arguments import bind
from ..builtins.table import BUILT_INS, NOT_AVAILABLE_YET
from ..errors import WrongError, not_available_yet, not_callable, recursion, too_early, undefined_name, wrong_arguments
from ..state.context import Context
from ..state.describe import describe, plural
from ..state.facts import Definition
from ..state.liveness import broken_lines
from ..state.merging import Same, flatten, rebuild, sketch
from ..state.values import NOTHING, POISON, BuiltIn, Closure, Frame, Meaning, Poison, TypeName, Unclear
from .annotations import annotated
from .resolution import is_of_language_here


def call(context: Context, node: tree.Call) -> Meaning:
    """The meaning of f(arguments). Raises WrongError."""
    name = node.function.name
    meaning = context.frame.find(name)
    if meaning is None and name in context.frame.own and not is_of_language_here(context, name):
        raise too_early(node.function.span, name)
    if isinstance(meaning, BuiltIn | TypeName):
        name, meaning = meaning.name, None
    if isinstance(meaning, Closure):
        context.saw(node.function, meaning)
        return _user_call(context, node, meaning)
    if isinstance(meaning, Poison | Unclear):
        context.value(node.function)
    if meaning is not None:
        raise not_callable(node.function.span, name, describe(meaning), is_built_in=name in BUILT_INS)
    if name in NOT_AVAILABLE_YET:
        raise not_available_yet(node.function.span, name)
    if name not in BUILT_INS:
        raise undefined_name(node.function.span, name, [*context.frame.visible(), *BUILT_INS])
    context.saw(node.function, BuiltIn(name))
    row = BUILT_INS[name]
    return row.build(bind(context, row.signature, node))


def _user_call(context: Context, node: tree.Call, closure: Closure) -> Meaning:
    function = closure.node
    if any(function is running for running in context.calls):
        raise recursion(node.span, function.name.text, function.header)
    names = _bound(context, node, closure)
    first = len(context.facts.serials)
    outer = context.frame, context.path, context.calls, context.sites
    context.frame = Frame(names, closure.frame, context.scopes.own[id(function)])
    context.path, context.calls = (*context.path, id(node)), (*context.calls, function)
    context.sites = (Note(node.span, f"`{function.name.text}` is called here"), *context.sites)
    try:
        with context.builder.region() as region:
            _annotate(context, node, function)
            outcome = context.run(context, function.body)
    finally:
        context.frame, context.path, context.calls, context.sites = outer
    context.builder.span = node.span
    return _leaving(context, node, region, _without_return(function) if outcome is None else outcome, first)


def _without_return(function: tree.Function) -> Meaning:
    """What a function gives that ends without `return`: nothing. POISON if a line that cannot be read may return."""
    return POISON if any(broken_lines(function.body)) else NOTHING


def _leaving(context: Context, node: tree.Call, region: OpenRegion, outcome: Meaning, first: int) -> Meaning:
    """What a call gives, outside its region. Outer values and static numbers need not pass through the region."""
    one = sketch(outcome)
    if isinstance(one, Same) and isinstance(one.meaning, Poison):
        raise WrongError
    inner = list(flatten(context, outcome, one))
    passed = list(dict.fromkeys(value for value in inner if not _stays(context, value, first)))
    region.results = tuple(passed)
    results = context.builder.call(node.function.name, (), region.close()) if region.operations else ()
    outside: dict[Value, Value] = {}
    for value, result in zip(passed, results, strict=True):
        context.facts.record(result, Definition("call", (value,), node.span))
        outside[value] = result
    for value in inner:
        if value not in outside:
            outside[value] = _constant(context, value) if context.facts.serials[value] >= first else value
    return rebuild(one, iter([outside[value] for value in inner]))


def _stays(context: Context, value: Value, first: int) -> bool:
    """Whether a value is known outside the call's region: it was made before the call, or it is a static number."""
    if context.facts.serials[value] < first:
        return True
    is_static = value.label.knowledge is Knowledge.STATIC and not value.type.shape
    return is_static and context.static(value) is not None


def _constant(context: Context, value: Value) -> Value:
    number = context.static(value)
    result = context.emit("constant", type=value.type, value=number)
    if value in context.facts.exact:
        context.facts.exact[result] = context.facts.exact[value]
    return result


# --- parameters -------------------------------------------------------------------------------------------------


def _bound(context: Context, node: tree.Call, closure: Closure) -> dict[str, Meaning]:
    """Elaborates the arguments and gives them to the parameters, as Python does."""
    function = closure.node
    name, parameters = function.name.text, [parameter.name.text for parameter in function.parameters]
    expected = f"`{signature_text(function)}`"
    values = context.values([argument.value for argument in node.arguments])
    bound: dict[str, Meaning] = {}
    for position, (argument, value) in enumerate(zip(node.arguments, values, strict=True)):
        if argument.name is None and position >= len(parameters):
            found = plural(len(values), "argument")
            raise wrong_arguments(argument.span, name, "there is an argument too many", expected, found)
        target = parameters[position] if argument.name is None else argument.name.text
        if target not in parameters:
            raise wrong_arguments(argument.span, name, "there is an argument too many", expected, f"`{target}=`")
        if target in bound:
            raise wrong_arguments(argument.span, name, "an argument is given twice", expected, f"`{target}`")
        bound[target] = value
        if argument.name is not None:
            context.saw(argument.name, value)
    missing = [parameter for parameter in parameters if parameter not in bound and parameter not in closure.defaults]
    if missing:
        found = plural(len(values), "argument")
        raise wrong_arguments(node.span, name, f"the argument `{missing[0]}` is missing", expected, found)
    return {parameter: bound.get(parameter, closure.defaults.get(parameter, NOTHING)) for parameter in parameters}


def signature_text(function: tree.Function) -> str:
    """The function's head as a call reads it: `f(x, rate=...)`."""
    parameters = (
        parameter.name.text + ("" if parameter.default is None else "=...") for parameter in function.parameters
    )
    return f"{function.name.text}({', '.join(parameters)})"


def _annotate(context: Context, node: tree.Call, function: tree.Function) -> None:
    """Checks the arguments against the types written at the parameters, and converts upwards where types mix."""
    places = _places(node, function)
    for parameter in function.parameters:
        name = parameter.name.text
        if parameter.type is not None:
            given = context.frame.names[name]
            context.frame.names[name] = annotated(context, parameter, given, places.get(name, parameter.span))
        context.saw(parameter.name, context.frame.names[name])


def _places(node: tree.Call, function: tree.Function) -> dict[str, Span]:
    names = [parameter.name.text for parameter in function.parameters]
    return {
        names[position] if argument.name is None else argument.name.text: argument.value.span
        for position, argument in enumerate(node.arguments)
    }
