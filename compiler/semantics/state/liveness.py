"""Which names a statement binds, and which names are still read after it. In: the tree. Out: `Scopes`.

Loops carry, and conditionals merge, only names that are read later. So a variable that is local to a turn of a loop
costs nothing, and may have another shape in the next turn.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from ...syntax import tree

COLUMN_SCOPES = {"join": 2, "group": 1, "sort": 1}
"""Calls whose arguments may be bare names of columns, and how many of the first arguments may not."""

Names = frozenset[str]


@dataclass(frozen=True, slots=True)
class LoopNames:
    """For one loop, the names that a turn reads before it binds them, and the names that are read after the loop."""

    entry: Names
    after: Names


@dataclass(slots=True)
class Scopes:
    """What elaboration asks about statements, by the identity of the tree's nodes."""

    loops: dict[int, LoopNames] = field(default_factory=dict)
    after_branch: dict[int, Names] = field(default_factory=dict)
    own: dict[int, Names] = field(default_factory=dict)
    free: dict[int, tuple[tree.Reference, ...]] = field(default_factory=dict)
    outermost: list[tree.Reference] = field(default_factory=list)
    """The free names of the functions at the top level."""

    def merge(self, other: "Scopes") -> None:
        """Adds what is known of another module, except `outermost`."""
        self.loops |= other.loops
        self.after_branch |= other.after_branch
        self.own |= other.own
        self.free |= other.free


def scopes(module: tree.Module) -> Scopes:
    """The names of every loop, conditional and function of a module."""
    result = Scopes()
    _scope(module.body, result)
    for function in _functions(module.body):
        sizes = _size_names(function)
        columns = {id(reference) for reference in _column_names(function.body)}
        free = result.free[id(function)]
        result.outermost += [one for one in free if one.name not in sizes and id(one) not in columns]
    return result


def _size_names(function: tree.Function) -> Names:
    """The names in the types of parameters. The arguments may bind them as sizes."""
    types = (parameter.type for parameter in function.parameters)
    return _names(*(type.dimensions for type in types if type is not None))


def bound_names(statements: Iterable[tree.Statement]) -> Iterator[tree.Name | tree.Reference]:
    """Every binding of a name in these statements and in nested blocks, without the bodies of functions."""
    for statement in statements:
        match statement:
            case tree.Assign(target=target) | tree.AugmentedAssign(target=target):
                yield from target_names(target)
            case tree.For(target=target, body=body):
                yield from target_names(target)
                yield from bound_names(body)
            case tree.While(body=body):
                yield from bound_names(body)
            case tree.If(then=then, otherwise=otherwise):
                yield from bound_names(then)
                yield from bound_names(otherwise)
            case tree.Reveal(name=name, value=value, roles=()):
                if name is not None:
                    yield name
                elif isinstance(value, tree.Reference):
                    yield value
            case tree.Import(names=names):
                yield from (local for _, local in names)
            case tree.Function(name=name) | tree.Party(name=name) | tree.Input(name=name) | tree.Param(name=name):
                yield name
            case tree.Broken(binds=binds, body=body):
                yield from binds
                yield from bound_names(body)
            case _:
                pass


def broken_lines(statements: Iterable[tree.Statement]) -> Iterator[tree.Broken]:
    """The lines that cannot be read, among these statements and in nested blocks, without the bodies of functions."""
    for statement in statements:
        match statement:
            case tree.Broken(body=body):
                yield statement
                yield from broken_lines(body)
            case tree.If(then=then, otherwise=otherwise):
                yield from broken_lines(then + otherwise)
            case tree.For(body=body) | tree.While(body=body):
                yield from broken_lines(body)
            case _:
                pass


def target_names(target: tree.Expression) -> Iterator[tree.Reference]:
    """The names that an assignment to `target` binds or changes."""
    match target:
        case tree.Reference():
            yield target
        case tree.Index(value=value) | tree.Attribute(value=value):
            yield from target_names(value)
        case tree.Tuple(elements=elements) | tree.Sequence(elements=elements):
            for element in elements:
                yield from target_names(element)
        case _:
            pass


def spelled(name: tree.Name | tree.Reference) -> str:
    """The text of a name, bound or read."""
    return name.text if isinstance(name, tree.Name) else name.name


def returns_always(statements: tuple[tree.Statement, ...]) -> bool:
    """Whether every way through the statements meets a `return`."""
    return any(
        isinstance(statement, tree.Return)
        or (isinstance(statement, tree.Broken) and statement.word == "return")
        or (isinstance(statement, tree.If) and returns_always(statement.then) and returns_always(statement.otherwise))
        for statement in statements
    )


def find_return(statements: tuple[tree.Statement, ...]) -> tree.Return | None:
    """The first `return` in the statements or in blocks inside them."""
    for statement in statements:
        found = None
        match statement:
            case tree.Return():
                found = statement
            case tree.If(then=then, otherwise=otherwise):
                found = find_return(then) or find_return(otherwise)
            case tree.For(body=body) | tree.While(body=body) | tree.Broken(body=body):
                found = find_return(body)
            case _:
                pass
        if found is not None:
            return found
    return None


def _scope(statements: tuple[tree.Statement, ...], result: Scopes) -> None:
    """Fills in the loops and conditionals of one module or function, and the functions inside it."""
    inner = tuple(_functions(statements))
    for function in inner:
        own = frozenset(spelled(name) for name in bound_names(function.body))
        own |= {parameter.name.text for parameter in function.parameters}
        result.own[id(function)] = own
        _scope(function.body, result)
        nested = [reference for node in _functions(function.body) for reference in result.free[id(node)]]
        reads = [*_block_reads(function.body), *nested]
        result.free[id(function)] = tuple(reference for reference in reads if reference.name not in own)
    # A function reads its free names whenever it is called, so these names live as long as the function does.
    always = frozenset(reference.name for function in inner for reference in result.free[id(function)])
    _Liveness(result, always).block(statements, always)


def _functions(statements: Iterable[tree.Statement]) -> Iterator[tree.Function]:
    """The functions that these statements define, without functions inside other functions."""
    for statement in statements:
        match statement:
            case tree.Function():
                yield statement
            case tree.If(then=then, otherwise=otherwise):
                yield from _functions(then + otherwise)
            case tree.For(body=body) | tree.While(body=body) | tree.Broken(body=body):
                yield from _functions(body)
            case _:
                pass


def _block_reads(statements: tuple[tree.Statement, ...]) -> Iterator[tree.Reference]:
    """Every name that the statements read, without the bodies of the functions that they define."""
    for statement in statements:
        if isinstance(statement, tree.Function):
            for parameter in statement.parameters:
                yield from references(parameter.default)
            continue
        for part in fields(statement):
            value = getattr(statement, part.name)
            if part.name in ("body", "then", "otherwise"):
                yield from _block_reads(value)
            elif part.name != "target" or not isinstance(value, tree.Reference):
                yield from references(value)


def references(node: Any) -> Iterator[tree.Reference]:
    """Every name that an expression reads. A name of a column counts, because a variable may have the same name."""
    if isinstance(node, tree.Reference):
        yield node
    for part in _parts(node):
        yield from references(part)


def _column_names(node: Any) -> Iterator[tree.Reference]:
    """The names that may be names of columns."""
    if isinstance(node, tree.Call) and node.function.name in COLUMN_SCOPES:
        first = COLUMN_SCOPES[node.function.name]
        for position, argument in enumerate(node.arguments):
            if argument.name is not None or position >= first:
                yield from references(argument.value)
    for part in _parts(node):
        yield from _column_names(part)


def _parts(node: Any) -> Iterator[Any]:
    if isinstance(node, tuple):
        yield from node
    elif is_dataclass(node):
        yield from (getattr(node, part.name) for part in fields(node) if part.name != "span")


def _names(*nodes: Any) -> Names:
    return frozenset(reference.name for node in nodes for reference in references(node))


@dataclass(slots=True)
class _Liveness:
    """Backward liveness over one scope. Names in `always` are never dead. If `result` is None, nothing is kept."""

    result: Scopes | None
    always: Names

    def block(self, statements: tuple[tree.Statement, ...], out: Names) -> Names:
        for statement in reversed(statements):
            out = self.statement(statement, out)
        return out

    def statement(self, statement: tree.Statement, out: Names) -> Names:
        match statement:
            case tree.For(target=target, iterable=iterable, body=body):
                bound = frozenset(reference.name for reference in target_names(target)) - self.always
                return self._loop(statement, body, out, bound, frozenset()) | _names(iterable)
            case tree.While(condition=condition, body=body):
                return self._loop(statement, body, out, frozenset(), _names(condition))
            case tree.If(condition=condition, then=then, otherwise=otherwise):
                if self.result is not None:
                    self.result.after_branch[id(statement)] = out
                return _names(condition) | self.block(then, out) | self.block(otherwise, out)
            case tree.Assign(target=target, value=value):
                return (out - self._killed(target)) | _read_by_target(target) | _names(value)
            case tree.AugmentedAssign(target=target, value=value):
                return out | _names(target, value)
            case tree.Reveal(value=value):
                killed = {spelled(name) for name in bound_names((statement,))} - self.always
                return (out - killed) | _names(value)
            case tree.Function(name=name, parameters=parameters):
                return (out - ({name.text} - self.always)) | _names(*(parameter.default for parameter in parameters))
            case tree.Return(value=value) | tree.Evaluate(value=value) | tree.Save(value=value):
                return out | _names(value)
            case tree.Assert(condition=condition):
                return out | _names(condition)
            case tree.Broken(names=names, body=body):
                return self.block(body, out) | {name.text for name in names}
            case _:
                return out

    def _loop(
        self, loop: tree.For | tree.While, body: tuple[tree.Statement, ...], out: Names, bound: Names, condition: Names
    ) -> Names:
        # One pass reaches the fix-point: a body maps what is live after it to gen + (out - kill), and mapping the
        # result once more adds nothing. A second pass, which is kept, tells the blocks inside what the next turn reads.
        # Only kept passes run twice on each level, so that the work grows with the depth of nesting and not
        # exponentially.
        entry = condition | (_Liveness(None, self.always).block(body, out | condition) - bound)
        if self.result is not None:
            self.block(body, out | condition | entry)
            self.result.loops[id(loop)] = LoopNames(entry, out)
        return entry | out

    def _killed(self, target: tree.Expression) -> Names:
        match target:
            case tree.Reference(name=name):
                return frozenset({name}) - self.always
            case tree.Tuple(elements=elements):
                return frozenset().union(*(self._killed(element) for element in elements))
            case _:
                return frozenset()


def _read_by_target(target: tree.Expression) -> Names:
    match target:
        case tree.Reference():
            return frozenset()
        case tree.Tuple(elements=elements):
            return frozenset().union(*(_read_by_target(element) for element in elements))
        case _:
            return _names(target)
