"""What a built-in function does with values that may be missing: one policy for each row of the table.

In: what builds a function's result from arguments that are all there. Out: what builds it from any arguments.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from ..arrays.missing import Zero, bare, carried, presence, refuse, spread, where_both, with_bits
from ..arrays.words import beside
from ..state.values import Array, Meaning
from .arguments import Arguments, Build, Given


def refuses(build: Build) -> Build:
    """The function has no meaning for missing values."""

    def any_arguments(call: Arguments) -> Meaning:
        for given in _given(call):
            if isinstance(given.value, Array):
                refuse(given.span, f"`{call.signature.name}`", [given.value])
        return build(call)

    return any_arguments


def spreads(build: Build, zero: Zero = Zero.NEVER) -> Build:
    """The function is elementwise: its result is missing where an argument is."""

    def any_arguments(call: Arguments) -> Meaning:
        operands = _arrays(call)
        if all(x.present is None for x in operands):
            return build(call)
        result = build(_changed(call, bare))
        assert isinstance(result, Array)
        return spread(call.context, result, operands, zero)

    return any_arguments


def takes_texts(build: Build, *parameters: str) -> Build:
    """A text among the arguments of these parameters is what it says beside one of the others: a label, a day."""

    def any_arguments(call: Arguments) -> Meaning:
        chosen = _given(call, [name for name in parameters if call.has(name) or name == call.signature.required[0]])
        values = beside(call.context, [given.value for given in chosen], [given.span for given in chosen])
        meant = {id(given): replace(given, value=value) for given, value in zip(chosen, values, strict=True)}
        several = tuple(meant.get(id(given), given) for given in call.several)
        return build(replace(call, several=several, named={n: meant.get(id(g), g) for n, g in call.named.items()}))

    return any_arguments


def tests(build: Build) -> Build:
    """The function tells something of each element, which does not hold of one that is missing; its result may have one
    more axis.
    """

    def any_arguments(call: Arguments) -> Meaning:
        operands = _arrays(call)
        result = build(_changed(call, bare))
        assert isinstance(result, Array)
        hold = [x if x.rank == result.rank else _widened(call, x) for x in operands if x.present is not None]
        return where_both(call.context, result, hold)

    return any_arguments


def _widened(call: Arguments, x: Array) -> Array:
    """x with a last axis of one element."""

    def move(one: Array) -> Array:
        value = call.context.emit("reshape", one.value, shape=(*one.shape, 1))
        return Array(value, (*one.ties, None) if one.ties else ())

    return carried(call.context, x, move)


def moves(build: Build, *parameters: str) -> Build:
    """The function only moves elements of the arrays that these parameters take; their bits move alike."""

    def any_arguments(call: Arguments) -> Meaning:
        context, chosen = call.context, _arrays(call, parameters)
        others = [given for name, given in call.named.items() if name not in parameters]
        for given in others:
            if isinstance(given.value, Array):
                refuse(given.span, f"`{call.signature.name}`", [given.value])
        if all(x.present is None for x in chosen):
            return build(call)
        result = build(_changed(call, bare, parameters))
        bits = build(_changed(call, lambda x: presence(context, x), parameters))
        assert isinstance(result, Array)
        assert isinstance(bits, Array)
        held = {x.present.held for x in chosen if x.present is not None}
        return with_bits(context, result, bits.value, 0 if held == {0} else None)

    return any_arguments


def _given(call: Arguments, parameters: Iterable[str] | None = None) -> list[Given]:
    """The arguments of these parameters, of all where none are named."""
    wanted = call.named if parameters is None else parameters
    several = call.several if parameters is None or call.signature.required[0] in wanted else ()
    return [*several, *(given for name, given in call.named.items() if name in wanted)]


def _arrays(call: Arguments, parameters: Iterable[str] | None = None) -> list[Array]:
    return [given.value for given in _given(call, parameters) if isinstance(given.value, Array)]


def _changed(call: Arguments, change: Callable[[Array], Array], parameters: Iterable[str] | None = None) -> Arguments:
    """The call with the arrays among the arguments of these parameters changed."""

    def changed(given: Given) -> Given:
        return replace(given, value=change(given.value)) if isinstance(given.value, Array) else given

    wanted = set(call.named) if parameters is None else set(parameters)
    takes_several = parameters is None or call.signature.required[0] in wanted
    several = tuple(map(changed, call.several)) if takes_several else call.several
    named = {name: changed(given) if name in wanted else given for name, given in call.named.items()}
    return replace(call, several=several, named=named)
