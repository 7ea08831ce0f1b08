"""The signature of each kernel. Protocols write calls by this table, and parties check calls by it: see `signature`.

No kernel is imported: compiling needs no Numba.
"""

from collections.abc import Mapping
from typing import Any

from .calls import Rule
from .errors import GraphError
from .nodes import Storage, ValueType
from .shapes import elements as shapes
from .shapes import pieces as piece_shapes
from .shapes import planes as plane_shapes
from .shapes import rows as row_shapes
from .signature import Attribute, Generic, Signature, Slot, check_signature


def check_call(name: str, inputs: tuple[ValueType, ...], output: ValueType, attributes: Mapping[str, Any]) -> None:
    """Raises `GraphError` unless kernel `name` may be called with these types and attributes."""
    signature = KERNELS.get(name)
    if signature is None:
        raise GraphError(f"there is no kernel {name!r}")
    try:
        check_signature(signature, inputs, output, attributes)
    except GraphError as error:
        raise GraphError(f"kernel {name!r}: {error}") from None


_RING, _W32, _W16 = Storage.RING, Storage.WORD32, Storage.WORD16
_BITS, _INT, _BOOL = Storage.BITS, Storage.INTEGER, Storage.BOOLEAN
_ARRAY, _ANY = Generic.ARRAY, Generic.ANY

_AXIS = {"axis": Attribute.INT}
_COUNT = {"bits": Attribute.INT}
_RANGES = {"starts": Attribute.INTS, "stops": Attribute.STOPS, "steps": Attribute.INTS}
_PAIR = {"left": Attribute.INTS_OR_NONE, "right": Attribute.INTS_OR_NONE}


def _arithmetic(prefix: str, storage: Storage) -> dict[str, Signature]:
    """The kernels of one ring Z_2^k. All of them wrap."""
    binary = Signature((storage, storage), storage, shapes.elementwise)
    unary = Signature((storage,), storage, shapes.elementwise)
    return {
        f"{prefix}.add": binary,
        f"{prefix}.subtract": binary,
        f"{prefix}.multiply": binary,
        f"{prefix}.negate": unary,
        f"{prefix}.shift_left": Signature((storage,), storage, shapes.shift, _COUNT),
        f"{prefix}.shift_right": Signature((storage,), storage, shapes.shift, _COUNT),
        f"{prefix}.sum": Signature((storage,), storage, shapes.reduction, _AXIS),
        f"{prefix}.cumsum": Signature((storage,), storage, shapes.along_axis, _AXIS),
        f"{prefix}.matmul": Signature((storage, storage), storage, shapes.matmul),
    }


def _conversion(source: Storage, target: Storage) -> Signature:
    return Signature((source,), target, shapes.elementwise)


_CONVERSIONS = {
    "ring.from_integer": _conversion(_INT, _RING),
    "ring.from_boolean": _conversion(_BOOL, _RING),
    "ring.to_word32": _conversion(_RING, _W32),
    "ring.to_word16": _conversion(_RING, _W16),
    "word32.to_ring": _conversion(_W32, _RING),
    "word32.to_word16": _conversion(_W32, _W16),
    "word32.from_integer": _conversion(_INT, _W32),
    "word32.from_boolean": _conversion(_BOOL, _W32),
    "word16.to_ring": _conversion(_W16, _RING),
    "word16.to_word32": _conversion(_W16, _W32),
    "word16.from_integer": _conversion(_INT, _W16),
    "word16.from_boolean": _conversion(_BOOL, _W16),
    "integer.from_ring": _conversion(_RING, _INT),
    "boolean.from_ring": _conversion(_RING, _BOOL),
    "bits.from_ring": Signature((_RING,), _BITS, plane_shapes.to_planes, {"planes": Attribute.INT}),
    "bits.from_word32": Signature((_W32,), _BITS, plane_shapes.to_planes, {"planes": Attribute.INT}),
    "bits.from_word16": Signature((_W16,), _BITS, plane_shapes.to_planes, {"planes": Attribute.INT}),
    "bits.from_boolean": Signature((_BOOL,), _BITS, plane_shapes.to_one_plane),
    "ring.from_bits": Signature((_BITS,), _RING, plane_shapes.from_planes),
    "word32.from_bits": Signature((_BITS,), _W32, plane_shapes.from_planes),
    "word16.from_bits": Signature((_BITS,), _W16, plane_shapes.from_planes),
    "boolean.from_bits": Signature((_BITS,), _BOOL, plane_shapes.from_one_plane),
}

_BITWISE = {
    "bits.xor": Signature((_BITS, _BITS), _BITS, plane_shapes.plane_pairs, options=_PAIR),
    "bits.and": Signature((_BITS, _BITS), _BITS, plane_shapes.plane_pairs, options=_PAIR),
    "bits.not": Signature((_BITS,), _BITS, plane_shapes.same_bits),
    "bits.planes": Signature((_BITS,), _BITS, plane_shapes.chosen_planes, {"planes": Attribute.INTS}),
    "bits.concat_planes": Signature((), _BITS, plane_shapes.stacked_planes, more=_BITS),
}

_TERMS = {"left": Attribute.INTS, "right": Attribute.INTS, "ends": Attribute.INTS}

_PLANE_PRODUCTS = {
    "bits.dot": Signature((_BITS,) * 3, _BITS, plane_shapes.dot, _TERMS),
    "bits.dot_alone": Signature((_BITS, _BITS), _BITS, plane_shapes.dot_from_nothing, _TERMS),
    "bits.products_from_ring": Signature(
        (_RING,),
        _BITS,
        plane_shapes.bit_products,
        {"negated": Attribute.INT, "left": Attribute.INTS, "right": Attribute.INTS},
    ),
}
"""Sums of products of bits: see `runtime.kernels.planes.products`."""

_WEIGHED = {
    "ring.from_planes": Signature((_BITS,), _RING, plane_shapes.numbers_of_planes),
    "ring.add_bits": Signature((_BITS, _RING), _RING, shapes.of_sizes("p*n", "p*n", "p*n")),
    "weigh.signed": Signature((_BITS, _RING, _RING, _RING), _RING, shapes.of_sizes("p*n", "r*p", "p*n", "r*n", "r*n")),
    "weigh.joined": Signature(
        (_BITS, _RING, _RING, _RING, _RING), _RING, shapes.of_sizes("p*n", "r*p", "p*n", "r*n", "r*n", "r*n")
    ),
}
"""Bits as numbers: see `runtime.kernels.planes.weighing`."""

_CROSS = {
    "cross.multiply": Signature((_RING,) * 5, _RING, shapes.cross_elementwise),
    "cross.multiply32": Signature((_W32,) * 5, _W32, shapes.cross_elementwise),
    "cross.multiply16": Signature((_W16,) * 5, _W16, shapes.cross_elementwise),
    "cross.matmul": Signature((_RING,) * 5, _RING, shapes.cross_matmul),
    "cross.and": Signature((_BITS,) * 5, _BITS, plane_shapes.cross_planes, options=_PAIR),
    "cross.and_xor": Signature((_BITS,) * 5, _BITS, plane_shapes.cross_planes_plus, {"plus": Attribute.INTS}, _PAIR),
}
"""Products of two parts of each factor: see `runtime.kernels.cross`."""

_BEAVER = {
    "beaver.multiply": Signature((_RING,) * 5, _RING, shapes.cross_elementwise),
    "beaver.matmul": Signature((_RING,) * 5, _RING, shapes.cross_matmul),
    "beaver.gate": Signature((_BITS, *(_RING,) * 4), _RING, shapes.of_sizes("1*n", "n", "n", "n", "n", "n")),
}
"""Products of values opened under masks: see `runtime.kernels.beaver`."""

_GATES = {
    "gates.sum": Signature((_BITS, _RING, _RING, _RING), _RING, shapes.of_sizes("1*n", "n", "n", "n", "n")),
    "gates.mask": Signature((_BITS, _RING, _RING, _RING), _RING, shapes.of_sizes("1*n", "n", "n", "2*n", "2*n")),
    "gates.help": Signature((_BITS, _RING, _RING, _RING), _RING, shapes.of_sizes("1*n", "n", "2*n", "n", "n")),
    "gates.join": Signature(
        (_BITS, _RING, _RING, _RING, _RING), _RING, shapes.of_sizes("1*n", "n", "2*n", "n", "n", "n")
    ),
}
"""A bit times a number, from two halves of both: see `runtime.kernels.gates`."""


def _quotients(suffix: str, word: Storage) -> dict[str, Signature]:
    return {
        f"quotient.mask{suffix}": Signature((_RING, _RING, word), word, shapes.of_sizes("n", "n", "n", "n")),
        f"quotient.help{suffix}": Signature((_RING, word, word), word, shapes.of_sizes("n", "n", "n", "n")),
        f"quotient.join{suffix}": Signature(
            (_RING, word, word, word), _RING, shapes.truncation("n", "n", "n", "n", "n"), _COUNT
        ),
        f"quotient.add_high{suffix}": Signature((_RING, word), _RING, shapes.truncation("n", "n", "n"), _COUNT),
    }


_QUOTIENTS = {
    "quotient.sum": Signature((_RING,) * 3, _RING, shapes.truncation("n", "n", "n", "n"), _COUNT),
    **_quotients("16", _W16),
    **_quotients("32", _W32),
    **_quotients("64", _RING),
    "quotient.of_mask": Signature((_RING,) * 3, _RING, shapes.truncation("n", "n", "n", "n"), _COUNT),
    "quotient.of_sum": Signature((_RING,) * 3, _RING, shapes.truncation("n", "n", "n", "n"), _COUNT),
}
"""Quotients by powers of two of a sum of two summands: see `runtime.kernels.quotient`."""


_PIECES = {
    "pieces.mask": Signature((_RING,) * 3, _RING, piece_shapes.mask, {"low": Attribute.INT, "pieces": Attribute.INT}),
    "pieces.help": Signature((_RING,) * 4, _RING, piece_shapes.products, {"low": Attribute.INT}),
    "pieces.join": Signature((_RING,) * 5, _RING, piece_shapes.products, {"low": Attribute.INT}),
    "pieces.evaluate": Signature((_RING,) * 3, _RING, piece_shapes.evaluation),
}
"""Polynomials by pieces of a sum of two summands: see `runtime.kernels.pieces`."""


def _rows(rule: Rule, *more: Slot, **attributes: Attribute) -> Signature:
    return Signature((_ARRAY, _W32, *more), _ARRAY, rule, attributes)


_DIGIT = {"shift": Attribute.INT, "bits": Attribute.INT}

_ROWS = {
    "rows.take": _rows(row_shapes.take_rows),
    "rows.take_bits": Signature(
        (_BITS, _W32), _BITS, row_shapes.take_rows_of_bits, {"size": Attribute.INT, "width": Attribute.INT}
    ),
    "rows.put": _rows(row_shapes.put_rows),
    **{f"rows.take_{how}": _rows(row_shapes.take_rows, _ARRAY) for how in ("add", "subtract", "xor")},
    **{f"rows.put_{how}": _rows(row_shapes.put_rows, _ARRAY) for how in ("add", "subtract", "xor")},
    "rows.xor": Signature((_ARRAY, _ARRAY), _ARRAY, shapes.elementwise),
    "digits.mask": Signature((_ARRAY, _W32), _W32, row_shapes.digit_mask, _DIGIT),
    "digits.count": Signature(
        (_ARRAY, _W32, _W32, _W32), _W32, row_shapes.digit_count, _DIGIT | {"one": Attribute.INT}
    ),
    "digits.sum": Signature((_W32,) * 4, _W32, row_shapes.digit_sum, {"one": Attribute.INT}),
    "digits.unit": Signature((_BITS,), _W32, row_shapes.digit_unit),
    "digits.pick": Signature((_W32, _W32), _W32, row_shapes.digit_dot, {"one": Attribute.INT}),
    "digits.choose": Signature((_ARRAY, _W32, _W32), _W32, row_shapes.digit_choice, _DIGIT),
}
"""Moving rows to secret places, and finding the places: see `runtime.kernels.rows` and `runtime.kernels.digits`."""

_STRUCTURE: dict[str, tuple[int, Slot | None, Rule, dict[str, Attribute]]] = {
    "broadcast": (1, None, shapes.broadcast, {"shape": Attribute.INTS}),
    "reshape": (1, None, shapes.reshape, {"shape": Attribute.INTS}),
    "transpose": (1, None, shapes.transpose, {"permutation": Attribute.INTS}),
    "slice": (1, None, shapes.slice_, _RANGES),
    "concat": (0, _ANY, shapes.concat, _AXIS),
    "take": (1, _INT, shapes.take, _AXIS),
    "slice_at": (1, _INT, shapes.slice_at, {"axes": Attribute.INTS, "sizes": Attribute.INTS}),
    "update": (2, None, shapes.update, _RANGES),
    "update_at": (2, _INT, shapes.update_at, {"axes": Attribute.INTS}),
}
"""For each name: how many leading inputs are values, the storage of further inputs, the rule, the attributes."""


def _structural() -> dict[str, Signature]:
    """Kernels that move elements: on arrays, and as `bits.<name>` on BITS. The latter are told the logical shapes."""
    table = {
        "identity": Signature((_ANY,), _ANY, shapes.identity),
        "after": Signature((_ANY, Generic.OTHER), _ANY, shapes.after),
        "zeros": Signature((), _ANY, shapes.anything),
    }
    for name, (values, more, rule, attributes) in _STRUCTURE.items():
        others: Slot | None = _ARRAY if more is _ANY else more
        table[name] = Signature((_ARRAY,) * values, _ARRAY, rule, attributes, more=others)
        told = {"shapes": Attribute.SHAPES, "shape": Attribute.INTS} | attributes
        others = _BITS if more is _ANY else more
        table[f"bits.{name}"] = Signature((_BITS,) * values, _BITS, plane_shapes.on_bits(rule), told, more=others)
    return table


def _row(rule: Rule, output: Slot, *inputs: Slot, **attributes: Attribute) -> Signature:
    return Signature(inputs, output, rule, attributes)


def _in_the_clear() -> dict[str, Signature]:
    """The operations of `runtime.clear`, on values that a party knows. They broadcast as in NumPy; reductions take one
    axis."""
    choice, axis, bits, scale = Generic.CLEAR, *[Attribute.INT] * 3
    integers = {name: _row(shapes.broadcasting, _INT, _INT, _INT) for name in _INTEGER_OPERATIONS}
    functions = {name: _row(shapes.scaled, _INT, _INT, scale=scale) for name in _FUNCTIONS}
    return {
        **integers,
        **functions,
        "log_to": _row(shapes.rescaled, _INT, _INT, scale=scale, result_scale=scale),
        "iota": _row(shapes.iota, _INT, n=Attribute.INT),
        "filled": _row(shapes.broadcasting, _INT, _INT, value=Attribute.INT),
        "cast": _row(shapes.shifted, _INT, choice, bits=bits),
        "truncate": _row(shapes.shifted, _INT, _INT, bits=bits),
        "shift_left": _row(shapes.shifted, _INT, _INT, bits=bits),
        "shift_right": _row(shapes.shifted, _INT, _INT, bits=bits),
        "divide": _row(shapes.scaled, _INT, _INT, _INT, scale=scale),
        "remainder": _row(shapes.broadcasting, _INT, _INT, _INT, _INT),
        "negate": _row(shapes.broadcasting, _INT, _INT),
        "matmul": _row(shapes.matmul, _INT, _INT, _INT),
        "less": _row(shapes.broadcasting, _BOOL, choice, choice),
        "equal": _row(shapes.broadcasting, _BOOL, choice, choice),
        "and": _row(shapes.broadcasting, choice, choice, choice),
        "or": _row(shapes.broadcasting, choice, choice, choice),
        "xor": _row(shapes.broadcasting, choice, choice, choice),
        "not": _row(shapes.broadcasting, choice, choice),
        "select": _row(shapes.broadcasting, choice, _BOOL, choice, choice),
        "sum": _row(shapes.reduction, _INT, choice, axis=axis),
        "cumsum": _row(shapes.along_axis, _INT, choice, axis=axis),
        "min": _row(shapes.choosing_reduction, choice, choice, axis=axis),
        "max": _row(shapes.choosing_reduction, choice, choice, axis=axis),
        "argmin": _row(shapes.choosing_reduction, _INT, choice, axis=axis),
        "argmax": _row(shapes.choosing_reduction, _INT, choice, axis=axis),
        "argsort": Signature((), _INT, row_shapes.argsort, {"descending": Attribute.INTS}, more=Generic.MIXED),
        "invert": _row(row_shapes.invert, _INT, _INT),
        "gather": _row(row_shapes.gather, choice, choice, _INT),
        "copies": _row(row_shapes.copies, choice, choice, _INT),
        "any": _row(shapes.reduction, _BOOL, _BOOL, axis=axis),
        "all": _row(shapes.reduction, _BOOL, _BOOL, axis=axis),
    }


_INTEGER_OPERATIONS = ("add", "subtract", "multiply", "floor_divide", "modulo")
_FUNCTIONS = ("sqrt", "exp", "log", "sin", "cos", "tanh", "sigmoid", "erf")
_MOVES = ("identity", *_STRUCTURE)

KERNELS: dict[str, Signature] = {
    **_structural(),
    **_arithmetic("ring", _RING),
    **_arithmetic("word32", _W32),
    **_arithmetic("word16", _W16),
    **_CONVERSIONS,
    **_BITWISE,
    **_PLANE_PRODUCTS,
    **_WEIGHED,
    **_CROSS,
    **_GATES,
    **_QUOTIENTS,
    **_BEAVER,
    **_PIECES,
    **_ROWS,
    "verify": Signature((_BOOL,), _BOOL, shapes.identity, {"claim": Attribute.TEXT}),
    "require": Signature((_BOOL,), _BOOL, shapes.identity, {"message": Attribute.TEXT}),
    "check": Signature((_BOOL,), _BOOL, shapes.identity, {"message": Attribute.TEXT}),
    "check_index": Signature((_INT,), _INT, shapes.identity, {"size": Attribute.INT, "window": Attribute.INT}),
    **{f"clear.{name}": signature for name, signature in _in_the_clear().items()},
    **{f"clear.{name}": signature for name, signature in _structural().items() if name in _MOVES},
}
