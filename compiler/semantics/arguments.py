"""Calls of built-in functions: a signature, written as the language reference writes it, and the arguments bound to it.

`Signature.parse("clip(x, lo, hi)")`; `axis=0` is optional, `a, ...` takes one or more, `**columns` takes any keywords.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..ir.types import Kind
from ..source import Span
from ..syntax import tree
from .context import Context
from .describe import describe, plural
from .errors import wrong, wrong_arguments
from .values import Array, Bundle, Meaning, Table


@dataclass(frozen=True, slots=True)
class Given:
    """An argument: its value and where it is written."""

    value: Meaning
    span: Span


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters of a built-in. `several` says that the first one takes one argument or more."""

    text: str
    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    several: bool
    any_keyword: bool

    @staticmethod
    def parse(text: str) -> "Signature":
        """The signature that the text shows."""
        name, _, inside = text.rstrip(")").partition("(")
        parts = [part.strip() for part in inside.split(",") if part.strip()]
        plain = [part for part in parts if part != "..." and not part.startswith("**")]
        required = tuple(part for part in plain if "=" not in part)
        optional = tuple(part.partition("=")[0] for part in plain if "=" in part)
        return Signature(text, name, required, optional, "..." in parts, any(part.startswith("**") for part in parts))


@dataclass(frozen=True, slots=True, eq=False)
class Arguments:
    """The arguments of one call, by parameter; `several` are those of the parameter that takes more than one."""

    context: Context
    signature: Signature
    span: Span
    several: tuple[Given, ...]
    named: dict[str, Given]

    def has(self, name: str) -> bool:
        """Whether an optional parameter was given."""
        return name in self.named

    def at(self, name: str) -> Span:
        """Where the argument is written; the call where it is not."""
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
        """An optional argument that must be a bool array."""
        if name not in self.named:
            return None
        mask = self.array(name)
        if mask.element.kind is not Kind.BOOL:
            raise self.expected(name, "`bool`", describe(mask), "compare with a number: `x != 0`")
        return mask

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
        """The number of an axis, counted from the end where negative."""
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

    def expected(self, name: str, expected: str, found: str, remedy: str) -> Exception:
        """The argument is not what the function takes."""
        return wrong(
            self.at(name),
            f"the argument `{name}` of `{self.signature.name}` does not fit",
            expected=expected,
            found=found,
            remedy=remedy,
        )


def bind(context: Context, signature: Signature, node: tree.Call) -> Arguments:
    """Elaborates the arguments of a call and gives them to the parameters."""
    values = context.values([argument.value for argument in node.arguments])
    several: list[Given] = []
    named: dict[str, Given] = {}
    free = [] if signature.any_keyword else [*signature.required, *signature.optional]
    for argument, value in zip(node.arguments, values, strict=True):
        given = Given(value, argument.value.span)
        if argument.name is not None:
            if argument.name.text not in free and not signature.any_keyword:
                raise _misfit(argument.span, signature, "there is an argument too many", f"`{argument.name.text}=`")
            if argument.name.text in named:
                raise _misfit(argument.span, signature, "an argument is given twice", f"`{argument.name.text}`")
            named[argument.name.text] = given
        elif signature.several:
            several.append(given)
        else:
            position = len(several)
            several.append(given)
            if position >= len(free) or signature.any_keyword:
                raise _misfit(given.span, signature, "there is an argument too many", plural(len(values), "argument"))
            if free[position] in named:
                raise _misfit(given.span, signature, "an argument is given twice", f"`{free[position]}`")
            named[free[position]] = given
    missing = [name for name in signature.required if name not in named and not (signature.several and several)]
    if missing:
        raise _misfit(node.span, signature, f"the argument `{missing[0]}` is missing", plural(len(values), "argument"))
    if signature.several and not several:
        several = [named.pop(signature.required[0])]
    return Arguments(context, signature, node.span, tuple(several), named)


def _misfit(span: Span, signature: Signature, problem: str, found: str) -> Exception:
    return wrong_arguments(span, signature.name, problem, f"`{signature.text}`", found)


Build = Callable[[Arguments], Meaning]


@dataclass(frozen=True, slots=True)
class BuiltInRow:
    """One built-in function."""

    signature: Signature
    build: Build


def rows(table: Sequence[tuple[str, Build]]) -> dict[str, BuiltInRow]:
    """Rows by name, from signatures as text."""
    signatures = [(Signature.parse(text), build) for text, build in table]
    return {signature.name: BuiltInRow(signature, build) for signature, build in signatures}
