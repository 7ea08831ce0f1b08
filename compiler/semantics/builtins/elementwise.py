"""Built-in functions of each element, and conversions. In: bound arguments. Out: arrays of the broadcast shape."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from ...ir.labels import Knowledge
from ...ir.types import MOMENTS, Kind, integer
from ..arrays import arithmetic as arrays
from ..arrays.arithmetic import elementwise, require_numbers, unary, zeros_like
from ..arrays.ensured import ensured
from ..arrays.missing import Zero, bare, bits_of, blank, holding, presence, spread, with_bits
from ..arrays.words import from_words
from ..bounds import in_clear, shown
from ..errors import wrong
from ..state.context import Context
from ..state.conversion import as_fixed, as_number, cast
from ..state.describe import describe
from ..state.values import Array, Meaning, Words
from .arguments import Arguments, Build
from .reduction import extremum

NUMBERS = (Kind.BOOL, Kind.INT, Kind.FIXED)

_MOST_DIGITS = 9
"""More digits than a `fixed` usually has."""


def _numbers(call: Arguments, *names: str) -> list[Array]:
    values = [call.array(name) for name in names]
    require_numbers(values, call.span, call.signature.name, *NUMBERS)
    return values


def absolute(call: Arguments) -> Meaning:
    """|x|."""
    (x,) = _numbers(call, "x")
    x = as_number(call.context, x)
    negative = arrays.less(call.context, call.span, "abs", x, zeros_like(call.context, x))
    return arrays.select(call.context, call.span, negative, unary(call.context, "negate", x), x, "abs")


def sign(call: Arguments) -> Meaning:
    """-1, 0 or 1, as an int."""
    context = call.context
    (x,) = _numbers(call, "x")
    x = as_number(context, x)
    zero = zeros_like(context, x)
    negative = cast(context, arrays.less(context, call.span, "sign", x, zero), integer(2))
    positive = cast(context, arrays.less(context, call.span, "sign", zero, x), integer(2))
    return elementwise(context, call.span, "sign", "subtract", positive, negative)


def least(call: Arguments) -> Meaning:
    """The smallest of several arrays, element by element; of one array, the smallest along an axis."""
    return _chosen(call, "min", arrays.lesser)


def greatest(call: Arguments) -> Meaning:
    """The largest of several arrays, element by element; of one array, the largest along an axis."""
    return _chosen(call, "max", arrays.greater)


def _chosen(call: Arguments, name: str, choose: "Callable[..., Array]") -> Meaning:
    values = call.arrays("x")
    if len(values) == 1:
        return extremum(call, name, values[0])
    for option in ("axis", "where"):
        if call.has(option):
            raise call.expected(
                option, "one array to reduce", f"{len(values)} arrays", f"call `{name}` twice, or use `stack`"
            )
    result = bare(values[0])
    for value in values[1:]:
        result = choose(call.context, call.span, result, bare(value))
    return spread(call.context, result, values, Zero.OF_ALL)


def clip(call: Arguments) -> Meaning:
    """x limited to the range from lo to hi."""
    values = x, low, high = [call.array(name) for name in ("x", "lo", "hi")]
    require_numbers(values, call.span, "clip", *(MOMENTS if x.element.is_moment else NUMBERS))
    return arrays.lesser(call.context, call.span, arrays.greater(call.context, call.span, x, low), high)


def ensure(call: Arguments) -> Meaning:
    """x, which the parties check to lie between lo and hi. A run in which it does not stops, for all."""
    x = call.array("x")
    kinds = (x.element.kind,) if x.element.is_moment else NUMBERS
    require_numbers([x], call.span, "ensure", *kinds)
    x = as_number(call.context, x)
    ends = []
    for name in ("lo", "hi"):
        bound = call.array(name)
        what = f"the argument `{name}` of `ensure`"
        require_numbers([bound], call.at(name), "ensure", *kinds)
        if bound.shape:
            raise call.expected(name, "one number", describe(bound), "check each part by itself")
        call.context.require_static(
            bound, call.at(name), what, "compare and reveal the bit: `reveal all(x <= limit) as ok`"
        )
        exact = call.context.exact(bound)
        if exact is None:
            exact = Fraction(int(call.context.numbers(bound, call.at(name), what)), 1 << bound.element.scale)
        ends.append(in_clear(exact, replace(x.element, bits=64), call.at(name), str(x.element.kind.value)))
    if ends[0] > ends[1]:
        raise call.expected("lo", "a number that is not above `hi`", "a greater one", "exchange `lo` and `hi`")
    bounds = ends[0], ends[1]
    message = f"a value of `ensure` lies outside {shown(bounds, x.element)}"
    return ensured(call.context, call.span, x, bounds, message)


def select(call: Arguments) -> Meaning:
    """a where the condition holds, else b; missing where the one that is taken is."""
    context, a, b = call.context, call.array("a"), call.array("b")
    condition = holding(context, call.array("c"))
    result = arrays.select(context, call.span, condition, bare(a), bare(b))
    if a.present is None and b.present is None:
        return result
    bits = arrays.select(context, call.span, condition, presence(context, a), presence(context, b))
    held = {one.held for one in (a.present, b.present) if one is not None}
    return with_bits(context, result, bits.value, 0 if held == {0} else None)


def missing(call: Arguments) -> Meaning:
    """For each element whether it is missing."""
    x = call.array("x")
    return arrays.negation(call.context, presence(call.context, x))


def fill(call: Arguments) -> Meaning:
    """x with v where elements are missing."""
    context, x, given = call.context, call.array("x"), call.named["v"]
    word = given.value
    v = from_words(context, word.text, x, given.span) if isinstance(word, Words) else call.array("v")
    whole, rest = arrays.promoted(context, [x, v], call.span, "fill")
    if whole.present is None:
        return whole
    known = context.static(rest.value) if rest.label.knowledge is Knowledge.STATIC else None
    if whole.present.held == 0 and rest.present is None and not rest.shape and known is not None and not known:
        return bare(whole)
    result = arrays.select(context, call.span, Array(whole.present.bits), bare(whole), bare(rest), "fill")
    if rest.present is None:
        return result
    bits = arrays.logic(context, call.span, "fill", "or", presence(context, whole), presence(context, rest))
    return with_bits(context, result, bits.value)


def relu(call: Arguments) -> Meaning:
    """max(x, 0)."""
    (x,) = _numbers(call, "x")
    x = as_number(call.context, x)
    return arrays.greater(call.context, call.span, x, zeros_like(call.context, x))


def function(name: str) -> Build:
    """The builder of a function of fixed-point numbers that the IR has."""

    def build(call: Arguments) -> Meaning:
        (x,) = _numbers(call, "x")
        return unary(call.context, name, as_fixed(call.context, x))

    return build


def floor(call: Arguments) -> Meaning:
    """The largest int not above x."""
    (x,) = _numbers(call, "x")
    return _floor(call.context, x)


def _floor(context: Context, x: Array) -> Array:
    return unary(context, "floor", x) if x.element.kind is Kind.FIXED else as_number(context, x)


def ceil(call: Arguments) -> Meaning:
    """The smallest int not below x: -floor(-x), so that quotients are as exact as in `floor`."""
    (x,) = _numbers(call, "x")
    if x.element.kind is not Kind.FIXED:
        return as_number(call.context, x)
    return unary(call.context, "negate", _floor(call.context, unary(call.context, "negate", x)))


def round_(call: Arguments) -> Meaning:
    """The nearest int; with `digits`, the nearest number with so many decimal digits, a `fixed`. Halves go to the even
    neighbour, as in Python.
    """
    (x,) = _numbers(call, "x")
    context, digits = call.context, call.number("digits") if call.has("digits") else 0
    if not 0 <= digits <= _MOST_DIGITS:
        remedy = "write `round(x / 100) * 100` for hundreds"
        raise call.expected("digits", f"a number of decimal digits from 0 to {_MOST_DIGITS}", str(digits), remedy)
    if x.element.kind is not Kind.FIXED:
        return as_number(context, x)
    if not digits:
        return _rounded(call, x)
    unit = Array(context.integer(10**digits))
    return arrays.divide(context, call.span, _rounded(call, arrays.multiply(context, call.span, x, unit)), unit)


def _rounded(call: Arguments, x: Array) -> Array:
    """It is floor(x + 1/2 - ulp + ulp * odd) for odd = floor(x) % 2: at a half, the last place decides."""
    context = call.context
    below = Array(context.filled(x.type.with_shape(()), (1 << (x.element.scale - 1)) - 1))
    last_place = Array(context.filled(x.type.with_shape(()), 1))
    whole = _floor(context, x)
    odd = arrays.logic(context, call.span, "round", "and", whole, Array(context.integer(1)))
    nudge = elementwise(context, call.span, "round", "multiply", odd, last_place)
    shifted = elementwise(context, call.span, "round", "add", x, below)
    return _floor(context, elementwise(context, call.span, "round", "add", shifted, nudge))


def to_int(call: Arguments) -> Meaning:
    """x as an int: `fixed` toward zero, days and instants as days and microseconds since 1970-01-01, categories as the
    place of their label.
    """
    x, context = call.array("x"), call.context
    if x.element.kind in (*MOMENTS, Kind.CATEGORY):
        return cast(context, x, integer(max(x.element.bits, 2)))
    require_numbers([x], call.at("x"), "int", *NUMBERS)
    if x.element.kind is not Kind.FIXED:
        return as_number(context, x)
    # Toward zero is floor for x >= 0, and floor(x + 1 - ulp) below.
    negative = arrays.less(context, call.span, "int", x, zeros_like(context, x))
    almost_one = Array(context.filled(x.type.with_shape(()), (1 << x.element.scale) - 1))
    up = arrays.select(context, call.span, negative, almost_one, zeros_like(context, x), "int")
    return _floor(context, elementwise(context, call.span, "int", "add", x, up))


def to_fixed(call: Arguments) -> Meaning:
    """x as `fixed`."""
    (x,) = _numbers(call, "x")
    exact = call.context.exact(x)
    if exact is not None and x.element.kind is Kind.INT:
        return Array(call.context.literal(Fraction(exact), call.span))
    return as_fixed(call.context, x)


def to_bool(call: Arguments) -> Meaning:
    """x != 0."""
    (x,) = _numbers(call, "x")
    return arrays.truth(call.context, call.span, x)


def one_hot(call: Arguments) -> Meaning:
    """For each category a bool vector with one True, at its label; for an int below n, at its number."""
    context, x = call.context, call.array("c")
    if x.element.kind is Kind.CATEGORY:
        count = len(x.element.labels)
    elif x.element.kind is Kind.INT and call.has("n"):
        count = call.number("n")
    else:
        raise call.expected("c", "a `category`, or an `int` and `n`", describe(x), "`one_hot(x, n)` takes an `int`")
    number = cast(context, x, integer(max(x.element.bits, 2)))
    column = context.emit("reshape", number.value, shape=(*x.shape, 1))
    hot = context.emit("equal", column, context.emit("iota", n=count))
    return Array(hot, (*x.ties, None) if x.ties else ())


def cumulative(call: Arguments) -> Meaning:
    """Running sums along an axis; cleared rows and missing elements count as zero, and the latter stay missing."""
    (given,) = _numbers(call, "x")
    result = _running(call, blank(call.context, given))
    if given.present is None:
        return result
    bits = bits_of(call.context, given)
    flat = bits if bits.type.shape == result.shape else call.context.emit("reshape", bits, shape=result.shape)
    return with_bits(call.context, result, flat)


def _running(call: Arguments, x: Array) -> Array:
    context = call.context
    x = as_number(context, arrays.where_valid(context, x, range(x.rank)))
    if not call.has("axis") and x.rank != 1:
        x = Array(context.emit("reshape", x.value, shape=(x.type.size,)))
    return Array(context.emit("cumsum", x.value, axis=call.axis("axis", x.rank, 0)), x.ties)


def refuse(call: Arguments) -> Meaning:
    """Refuses a function that only the header of a loop may call."""
    raise wrong(
        call.span,
        f"`{call.signature.name}` stands only in the header of a `for`",
        expected=f"`for ... in {call.signature.text}:`",
        found=f"`{call.signature.name}` in an expression",
        remedy="use `arange(n)` for an array of numbers, slices for parts of an array",
    )
