"""Calls of built-in functions: a signature, written as the language reference writes it, and the arguments bound to it.

In `Signature.parse("clip(x, lo, hi)")`, `axis=0` is an optional parameter, `a, ...` takes one argument or more, and
`**columns` takes any keywords. If a parameter has a type, as `by: column`, its argument stays an expression, and the
function itself gives it a meaning.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ...ir.types import Kind
from ...source import Span
from ...syntax import tree
from ..arrays.missing import holding
from ..errors import wrong, wrong_arguments
from ..state.context import Context
from ..state.describe import describe, plural
from ..state.values import NOTHING, Array, Bundle, Meaning, Table, Words


@dataclass(frozen=True, slots=True)
class Given:
    """An argument: its value, which is NOTHING if it stays an expression, and how it is written."""

    value: Meaning
    node: tree.Expression

    @property
    def span(self) -> Span:
        """Where the argument is written."""
        return self.node.span


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters of a built-in function.

    `text` is how a call is written. `several` says that the first parameter takes one argument or more. The arguments
    of parameters in `unevaluated` stay expressions; if it contains "**", so do the arguments of all further keywords.
    """

    text: str
    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    several: bool
    any_keyword: bool
    unevaluated: frozenset[str] = frozenset()

    @staticmethod
    def parse(text: str) -> "Signature":
        """The signature that a text in the notation of this module shows."""
        name, _, inside = text.rstrip(")").partition("(")
        parts = [part.strip() for part in inside.split(",") if part.strip()]
        any_keyword = any(part.startswith("**") for part in parts)
        typed = [part.strip("*").partition("=")[0] for part in parts if ":" in part]
        unevaluated = frozenset("**" if f"**{part}" in parts else part.partition(":")[0] for part in typed)
        plain = [part for part in parts if part != "..." and not part.startswith("**")]
        required = tuple(part.partition(":")[0] for part in plain if "=" not in part)
        optional = tuple(part.partition("=")[0].partition(":")[0] for part in plain if "=" in part)
        shown = f"{name}({', '.join(_as_in_a_call(part) for part in parts)})"
        return Signature(shown, name, required, optional, "..." in parts, any_keyword, unevaluated)

    def takes_expression(self, name: str) -> bool:
        """Whether the argument of this parameter stays an expression."""
        known = name in self.required or name in self.optional
        return name in self.unevaluated or (not known and "**" in self.unevaluated)


def _as_in_a_call(parameter: str) -> str:
    """A parameter as a call gives it: `by: column=None` becomes `by=column`."""
    name, typed, rest = parameter.partition(":")
    given = rest.partition("=")[0].strip()
    if not typed:
        return parameter
    return f"name={given}, ..." if name.startswith("**") else f"{name}={given}"


@dataclass(frozen=True, slots=True, eq=False)
class Arguments:
    """The arguments of one call, by parameter. `several` are the arguments of the parameter that takes more than one.

    Methods that check an argument raise WrongError.
    """

    context: Context
    signature: Signature
    span: Span
    several: tuple[Given, ...]
    named: dict[str, Given]

    def has(self, name: str) -> bool:
        """Whether an optional parameter was given."""
        return name in self.named

    def at(self, name: str) -> Span:
        """Where the argument is written; the place of the call if it is not given."""
        return self.named[name].span if name in self.named else self.span

    def array(self, name: str) -> Array:
        """An argument that must be an array."""
        return self.as_array(self.named[name], name)

    def as_array(self, given: Given, name: str) -> Array:
        """An argument as an array."""
        return self.context.as_array(given.value, given.span, f"the argument `{name}` of `{self.signature.name}`")

    def arrays(self, name: str) -> list[Array]:
        """Several arguments that must be arrays."""
        return [self.as_array(given, name) for given in self.several]

    def mask(self, name: str) -> Array | None:
        """An optional argument that must be a bool array; it does not hold where it is missing."""
        if name not in self.named:
            return None
        mask = self.array(name)
        if mask.element.kind is not Kind.BOOL:
            raise self.expected(name, "`bool`", describe(mask), "compare with a number: `x != 0`")
        return holding(self.context, mask)

    def number(self, name: str, default: int | None = None) -> int:
        """A static int."""
        if name not in self.named and default is not None:
            return default
        given = self.named[name]
        return self.context.number(given.value, given.span, f"the argument `{name}` of `{self.signature.name}`")

    def sizes(self, name: str) -> tuple[int, ...]:
        """A static int or a tuple of them."""
        given = self.named[name]
        elements = given.value.elements if isinstance(given.value, Bundle) else (given.value,)
        what = f"the argument `{name}` of `{self.signature.name}`"
        return tuple(self.context.number(element, given.span, what) for element in elements)

    def shape(self, name: str) -> tuple[int, ...]:
        """A shape: sizes that are not negative."""
        sizes = self.sizes(name)
        if any(size < 0 for size in sizes):
            raise self.expected(name, "sizes of 0 or more", str(list(sizes)), "check the sign of each size")
        return sizes

    def axis(self, name: str, rank: int, default: int | None = None) -> int:
        """The number of an axis. A negative number counts from the end."""
        axis = self.number(name, default)
        if not -rank <= axis < rank:
            expected = f"an axis from {-rank} to {rank - 1}" if rank else "no axis: this is a scalar"
            raise self.expected(name, expected, str(axis), "count axes from 0; -1 is the last one")
        return axis % rank

    def table(self, name: str) -> Table:
        """An argument that must be a table."""
        value = self.named[name].value
        if not isinstance(value, Table):
            raise self.expected(name, "a table", describe(value), "pass a table input or what `filter` gives")
        return value

    def tables(self, name: str) -> list[Table]:
        """Several arguments that must be tables."""
        for given in self.several:
            if not isinstance(given.value, Table):
                raise wrong(
                    given.span,
                    f"`{self.signature.name}` takes tables",
                    expected="a table",
                    found=describe(given.value),
                    remedy="pass a table input or what `filter` gives",
                )
        return [given.value for given in self.several if isinstance(given.value, Table)]

    def word(self, name: str, words: Sequence[str], default: str) -> str:
        """An optional text, which must be one of these words."""
        if name not in self.named:
            return default
        value = self.named[name].value
        if isinstance(value, Words) and value.text in words:
            return value.text
        known = ", ".join(f'"{word}"' for word in words)
        found = f'"{value.text}"' if isinstance(value, Words) else describe(value)
        raise self.expected(name, f"one of {known}", found, f'write `{name}="{default}"`, say')

    def flag(self, name: str, *, default: bool) -> bool:
        """An optional static bool."""
        if name not in self.named:
            return default
        given = self.flags(name)
        if len(given) != 1:
            raise self.expected(name, "`True` or `False`", plural(len(given), "value"), f"write `{name}={not default}`")
        return given[0]

    def flags(self, name: str) -> tuple[bool, ...]:
        """A static bool, or a tuple of static bools."""
        given = self.named[name]
        elements = given.value.elements if isinstance(given.value, Bundle) else (given.value,)
        what = f"the argument `{name}` of `{self.signature.name}`"
        arrays = [self.context.as_array(element, given.span, what) for element in elements]
        for flag in arrays:
            if flag.element.kind is not Kind.BOOL or flag.shape:
                raise self.expected(name, "`True` or `False`", describe(flag), f"write `{name}=True`")
        return tuple(bool(self.context.numbers(flag, given.span, what)) for flag in arrays)

    def expected(self, name: str, expected: str, found: str, remedy: str) -> Exception:
        """The error that an argument is not what the function takes."""
        return wrong(
            self.at(name),
            f"the argument `{name}` of `{self.signature.name}` does not fit",
            expected=expected,
            found=found,
            remedy=remedy,
        )


def bind(context: Context, signature: Signature, node: tree.Call) -> Arguments:
    """Elaborates the arguments of a call and gives them to the parameters. Raises WrongError."""
    free = [*signature.required, *signature.optional]
    targets = [_target(signature, free, position, each) for position, each in enumerate(node.arguments)]
    several: list[Given] = []
    named: dict[str, Given] = {}
    for argument, target, given in zip(node.arguments, targets, _given(context, signature, node, targets), strict=True):
        if argument.name is None and signature.several:
            several.append(given)
            continue
        if target is None:
            name = None if argument.name is None else f"`{argument.name.text}=`"
            found = name or plural(len(node.arguments), "argument")
            raise _misfit(argument.span, signature, "there is an argument too many", found)
        if target in named:
            place = given.span if argument.name is None else argument.span
            raise _misfit(place, signature, "an argument is given twice", f"`{target}`")
        named[target] = given
        if argument.name is not None and given.value is not NOTHING:
            context.saw(argument.name, given.value)
    wanted = signature.required[1:] if signature.several and several else signature.required
    missing = [name for name in wanted if name not in named]
    if missing:
        found = plural(len(node.arguments), "argument")
        raise _misfit(node.span, signature, f"the argument `{missing[0]}` is missing", found)
    if signature.several and not several:
        several = [named.pop(signature.required[0])]
    return Arguments(context, signature, node.span, tuple(several), named)


def _target(signature: Signature, free: Sequence[str], position: int, argument: tree.Argument) -> str | None:
    """The parameter that an argument is for; None if there is none, or if one parameter gathers several arguments."""
    if argument.name is not None:
        return argument.name.text if argument.name.text in free or signature.any_keyword else None
    return free[position] if position < len(free) and not signature.several else None


def _given(context: Context, signature: Signature, node: tree.Call, targets: Sequence[str | None]) -> Iterator[Given]:
    """The arguments. They are evaluated unless the signature leaves them as expressions."""
    left = [target is not None and signature.takes_expression(target) for target in targets]
    nodes = [argument.value for argument in node.arguments]
    values = iter(context.values([each for each, stays in zip(nodes, left, strict=True) if not stays]))
    return (Given(NOTHING if stays else next(values), each) for each, stays in zip(nodes, left, strict=True))


def _misfit(span: Span, signature: Signature, problem: str, found: str) -> Exception:
    return wrong_arguments(span, signature.name, problem, f"`{signature.text}`", found)


Build = Callable[[Arguments], Meaning]


@dataclass(frozen=True, slots=True)
class BuiltInRow:
    """One built-in function."""

    signature: Signature
    build: Build


def rows(table: Sequence[tuple[str, Build]]) -> dict[str, BuiltInRow]:
    """The rows by name, from signatures as text."""
    signatures = [(Signature.parse(text), build) for text, build in table]
    return {signature.name: BuiltInRow(signature, build) for signature, build in signatures}
