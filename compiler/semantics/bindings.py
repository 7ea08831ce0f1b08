"""Where names are bound. In: a module's tree, partial or not. Out: for each name, the places that may have bound it.

Bindings follow from the tree alone. So functions that nobody calls and lines with mistakes have answers, too:

    x = 1
    for i in range(3):
        x = x + i       x is bound here and in the first line, i in the header of the loop
    reveal x            x is bound in the first line or in the loop

A turn of a loop reads what the turn before has bound. Assigning to a part of a name (`x[i] = 1`) adds a place and keeps
the others. A function reads a name of the module around it from all places that bind the name in the module.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from typing import Any

from ..source import Span
from ..syntax import tree
from .builtins.table import BUILT_INS
from .state.liveness import COLUMN_SCOPES, returns_always
from .walk.resolution import is_of_language


class How(Enum):
    """The kind of statement that binds a name."""

    PARTY = "party"
    INPUT = "input"
    PARAM = "param"
    SIZE = "size of an input or a parameter"
    COLUMN = "column of a table"
    IMPORT = "import"
    FUNCTION = "function"
    PARAMETER = "parameter"
    ASSIGNMENT = "assignment"
    TARGET = "loop"
    OUTPUT = "output"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class Binding:
    """One place that binds a name. The language's own names have no place."""

    how: How
    span: Span | None


Bindings = tuple[Binding, ...]
Environment = Mapping[str, Bindings]

_LANGUAGE: Bindings = (Binding(How.LANGUAGE, None),)


@dataclass(frozen=True, slots=True)
class _Effect:
    """What statements do to names: the places that they add, and the names whose earlier places no longer count."""

    adds: dict[str, Bindings]
    ends: frozenset[str]

    def after(self, before: Environment) -> dict[str, Bindings]:
        """The places of each name after the statements, from those before."""
        added = {
            name: places if name in self.ends else _both(before.get(name, ()), places)
            for name, places in self.adds.items()
        }
        return {**before, **added}


def bindings(module: tree.Module) -> dict[int, Bindings]:
    """The places that may have bound each `Name` and `Reference` of a module, by the identity of the node."""
    known = _Known()
    scope = _Scope(known, None, _everything(module.body))
    head: dict[str, Bindings] = {}
    for statement in module.body:
        if isinstance(statement, tree.Party):
            head[statement.name.text] = (Binding(How.PARTY, statement.name.span),)
        if isinstance(statement, tree.Param):
            head[statement.name.text] = (Binding(How.PARAM, statement.name.span),)
        if isinstance(statement, tree.Input):
            known.columns[statement.name.span] = _columns(statement.type)
            for size in _sizes(statement.type):
                head.setdefault(size.name, (Binding(How.SIZE, size.span),))
    scope.run(module.body, head)
    return known.found


@dataclass(slots=True)
class _Known:
    """What is known of one module.

    `found` are the answers so far. `effects` are the effects of statements, by identity. `columns` of inputs and
    `parameters` of functions are found by the places of their names.
    """

    found: dict[int, Bindings] = field(default_factory=dict)
    effects: dict[int, _Effect] = field(default_factory=dict)
    columns: dict[Span, dict[str, Bindings]] = field(default_factory=dict)
    parameters: dict[Span, dict[str, Bindings]] = field(default_factory=dict)


@dataclass(slots=True)
class _Scope:
    """A module or a function. `everything` has all places of each name that the scope binds."""

    known: _Known
    outer: "_Scope | None"
    everything: Environment

    def run(self, statements: Iterable[tree.Statement], head: Environment) -> None:
        """Finds the places of all names in the scope. `head` are its names before the first statement."""
        functions: list[tree.Function] = []
        self._block(statements, head, functions)
        self.everything = {**head, **self.everything}
        for function in functions:
            inside = {one.name.text: (Binding(How.PARAMETER, one.name.span),) for one in function.parameters}
            types = [one.type for one in function.parameters if one.type is not None]
            for size in (size for type in types for size in _sizes(type)):
                if not self._look(size.name, {}):
                    inside.setdefault(size.name, (Binding(How.SIZE, size.span),))
            scope = _Scope(self.known, self, _everything(function.body))
            for parameter in function.parameters:
                self.known.found[id(parameter.name)] = inside[parameter.name.text]
                scope._expression(parameter.type, inside)
            scope.run(function.body, inside)

    def _look(self, name: str, environment: Environment) -> Bindings:
        if name in environment or (name in self.everything and not (self.outer is None and is_of_language(name))):
            return environment.get(name, ())
        if self.outer is None:
            return _LANGUAGE if is_of_language(name) else ()
        return self.outer._look(name, self.outer.everything)

    def _block(self, statements: Iterable[tree.Statement], before: Environment, functions: list[tree.Function]) -> None:
        now = before
        for statement in statements:
            self._statement(statement, now, functions)
            now = _effect(self.known, statement).after(now)

    def _statement(self, node: tree.Statement, now: Environment, functions: list[tree.Function]) -> None:
        """Finds the places of the names in a statement. `now` are the places before the statement."""
        for name, how in _bound(node):
            self.known.found[id(name)] = (Binding(how, name.span),)
        match node:
            case tree.Function(parameters=parameters, name=name):
                self.known.parameters[name.span] = {
                    one.name.text: (Binding(How.PARAMETER, one.name.span),) for one in parameters
                }
                self._expression(tuple(one.default for one in parameters), now)
                functions.append(node)
            case tree.If(condition=condition, then=then, otherwise=otherwise):
                self._expression(condition, now)
                self._block(then, now, functions)
                self._block(otherwise, now, functions)
            case tree.For(iterable=iterable, target=target, body=body):
                self._expression(iterable, now)
                turn = _effect(self.known, node).after(now)
                turn |= {name.name: (Binding(How.TARGET, name.span),) for name in _whole(target)}
                self._expression(target, turn)
                self._block(body, turn, functions)
            case tree.While(condition=condition, body=body):
                turn = _effect(self.known, node).after(now)
                self._expression(condition, turn)
                self._block(body, turn, functions)
            case tree.Broken(names=names, body=body):
                for name in names:
                    self.known.found.setdefault(id(name), self._look(name.text, now))
                self._block(body, _effect(self.known, node).after(now), functions)
            case tree.Reveal(value=value, roles=roles):
                self._expression(value, now)
                for role in roles:
                    self.known.found[id(role)] = self._look(role.text, now)
            case tree.Input(type=type, role=role):
                self._expression(type, now)
                if role is not None:
                    self.known.found[id(role)] = self._look(role.text, now)
            case _:
                self._expression(tuple(getattr(node, part.name) for part in fields(node)), now)

    # --- expressions --------------------------------------------------------------------------------------------

    def _expression(self, node: Any, now: Environment) -> None:
        """Finds the places of the names in one expression or several. Names that have places keep them."""
        match node:
            case tree.Reference():
                self.known.found.setdefault(id(node), self._look(node.name, now))
            case tree.Attribute(value=value, name=name):
                self._expression(value, now)
                self.known.found[id(name)] = self._columns_of(value, now).get(name.text, ())
            case tree.Call():
                self._call(node, now)
            case tree.ColumnSyntax(name=name, type=type, default=default):
                self.known.found[id(name)] = (Binding(How.COLUMN, name.span),)
                self._expression((type, default), now)
            case tree.Name() | Span():
                return
            case tuple():
                for part in node:
                    self._expression(part, now)
            case _ if is_dataclass(node):
                self._expression(tuple(getattr(node, part.name) for part in fields(node)), now)

    def _call(self, node: tree.Call, now: Environment) -> None:
        self._expression(node.function, now)
        called = self.known.found[id(node.function)]
        tables = COLUMN_SCOPES.get(node.function.name, 0) if called == _LANGUAGE else 0
        columns: dict[str, Bindings] = {}
        for argument in node.arguments[:tables]:
            columns |= self._columns_of(argument.value, now)
        for position, argument in enumerate(node.arguments):
            is_column = bool(tables) and (argument.name is not None or position >= tables)
            self._expression(argument.value, {**now, **columns} if is_column else now)
            if argument.name is not None:
                self.known.found[id(argument.name)] = self._parameter(argument.name, node.function.name, called)

    def _columns_of(self, node: tree.Expression, now: Environment) -> dict[str, Bindings]:
        """The columns of an expression that is the name of an input; none for other expressions."""
        places = self._look(node.name, now) if isinstance(node, tree.Reference) else ()
        known = [self.known.columns.get(one.span, {}) for one in places if one.span is not None]
        return known[0] if len(known) == 1 else {}

    def _parameter(self, name: tree.Name, function: str, called: Bindings) -> Bindings:
        """The place of the parameter that an argument names. Named arguments of `group` and `table` make columns."""
        if called == _LANGUAGE:
            signature = BUILT_INS[function].signature if function in BUILT_INS else None
            is_column = signature is not None and name.text not in (*signature.required, *signature.optional)
            return (Binding(How.COLUMN, name.span),) if is_column else _LANGUAGE
        known = [self.known.parameters.get(one.span, {}) for one in called if one.span is not None]
        return known[0].get(name.text, ()) if len(known) == 1 else ()


# --- what statements bind ---------------------------------------------------------------------------------------


def _bound(node: tree.Statement) -> Iterator[tuple[tree.Name | tree.Reference, How]]:
    """The names that a statement itself binds, as a whole or in part, with the kind of binding."""
    match node:
        case tree.Party(name=name):
            yield name, How.PARTY
        case tree.Input(name=name):
            yield name, How.INPUT
        case tree.Param(name=name):
            yield name, How.PARAM
        case tree.Import(names=names):
            yield from ((one, How.IMPORT) for pair in names for one in pair)
        case tree.Function(name=name):
            yield name, How.FUNCTION
        case tree.Assign(target=target) | tree.AugmentedAssign(target=target):
            yield from ((one, How.ASSIGNMENT) for one in (*_whole(target), *_partly(target)))
        case tree.For(target=target):
            yield from ((one, How.TARGET) for one in (*_whole(target), *_partly(target)))
        case tree.Reveal(name=name) | tree.Save(name=name) if name is not None:
            yield name, How.OUTPUT
        case tree.Broken(binds=binds):
            yield from ((one, How.ASSIGNMENT) for one in binds)
        case _:
            return


def _own_effect(node: tree.Statement) -> _Effect:
    """The effect of a statement without the blocks inside it."""
    adds: dict[str, Bindings] = {}
    for name, how in _bound(node):
        text = name.text if isinstance(name, tree.Name) else name.name
        adds[text] = _both(adds.get(text, ()), (Binding(how, name.span),))
    match node:
        case tree.Save():
            return _Effect({}, frozenset())
        case tree.Reveal(roles=roles) if roles:
            return _Effect({}, frozenset())
        case tree.Reveal(name=None, value=tree.Reference(name=told, span=span)):
            adds = {told: (Binding(How.OUTPUT, span),)}
        case tree.Import(names=names):
            adds = {local.text: (Binding(How.IMPORT, local.span),) for _, local in names}
        case tree.Assign(target=target) | tree.AugmentedAssign(target=target) | tree.For(target=target):
            return _Effect(adds, frozenset(adds) - {one.name for one in _partly(target)})
        case _:
            pass
    return _Effect(adds, frozenset(adds))


def _effect(known: _Known, node: tree.Statement) -> _Effect:
    """The effect of a statement with all blocks inside it. It is computed once for each statement."""
    if id(node) not in known.effects:
        known.effects[id(node)] = _whole_effect(known, node)
    return known.effects[id(node)]


def _whole_effect(known: _Known, node: tree.Statement) -> _Effect:
    own = _own_effect(node)
    match node:
        case tree.For(body=body) | tree.While(body=body) | tree.Broken(body=body):
            turn = _Effect(_in_order(known, body).after(own.adds), frozenset())
            return _Effect(turn.adds, own.ends if isinstance(node, tree.Broken) else frozenset())
        case tree.If(then=then, otherwise=otherwise):
            ways = _in_order(known, then), _in_order(known, otherwise)
            if returns_always(then) or returns_always(otherwise):
                return ways[1] if returns_always(then) else ways[0]
            adds = {
                name: _both(ways[0].adds.get(name, ()), ways[1].adds.get(name, ()))
                for name in (*ways[0].adds, *ways[1].adds)
            }
            return _Effect(adds, ways[0].ends & ways[1].ends)
        case _:
            return own


def _in_order(known: _Known, statements: Iterable[tree.Statement]) -> _Effect:
    adds: dict[str, Bindings] = {}
    ends: frozenset[str] = frozenset()
    for statement in statements:
        effect = _effect(known, statement)
        adds, ends = effect.after(adds), ends | effect.ends
    return _Effect(adds, ends)


def _everything(statements: Iterable[tree.Statement]) -> dict[str, Bindings]:
    """All places of each name that the statements bind, in the order of the text, without functions' bodies."""
    found: dict[str, Bindings] = {}
    for statement in statements:
        parts = [_own_effect(statement).adds]
        match statement:
            case tree.For(body=body) | tree.While(body=body) | tree.Broken(body=body):
                parts.append(_everything(body))
            case tree.If(then=then, otherwise=otherwise):
                parts.append(_everything(then + otherwise))
            case _:
                pass
        for part in parts:
            for name, places in part.items():
                found[name] = _both(found.get(name, ()), places)
    return found


def _both(x: Bindings, y: Bindings) -> Bindings:
    return tuple(dict.fromkeys((*x, *y)))


def _whole(target: tree.Expression) -> Iterator[tree.Reference]:
    """The names that a target binds as a whole."""
    match target:
        case tree.Reference():
            yield target
        case tree.Tuple(elements=elements):
            for element in elements:
                yield from _whole(element)
        case _:
            return


def _partly(target: tree.Expression) -> Iterator[tree.Reference]:
    """The names that a target changes a part of."""
    match target:
        case tree.Index(value=tree.Reference() as name) | tree.Attribute(value=tree.Reference() as name):
            yield name
        case tree.Tuple(elements=elements):
            for element in elements:
                yield from _partly(element)
        case _:
            return


def _sizes(type: tree.TypeSyntax) -> Iterator[tree.Reference]:
    """The size names in a type."""
    yield from (one for one in type.dimensions if isinstance(one, tree.Reference))
    for column in type.columns:
        yield from _sizes(column.type)


def _columns(type: tree.TypeSyntax) -> dict[str, Bindings]:
    return {column.name.text: (Binding(How.COLUMN, column.name.span),) for column in type.columns}
