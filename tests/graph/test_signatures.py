"""Calls of kernels that signatures accept and refuse, family by family."""

from typing import Any

import pytest
from tacit.runtime.graph.errors import GraphError
from tacit.runtime.graph.nodes import Storage, ValueType
from tacit.runtime.graph.signatures import check_call

from tests.graph.samples import BITS, INTEGERS, RING

WORDS = ValueType(Storage.WORD16, (3,))


def ring(*shape: int) -> ValueType:
    return ValueType(Storage.RING, shape)


def planes(count: int, *shape: int) -> ValueType:
    return ValueType(Storage.BITS, shape, count)


def words(*shape: int) -> ValueType:
    return ValueType(Storage.WORD32, shape)


DIGIT = {"shift": 1, "bits": 2}
FIRST: dict[str, Any] = {"starts": (0,), "stops": (3,), "steps": (1,)}
START = ValueType(Storage.INTEGER, ())
TWO, THREE = planes(2, 5), planes(3, 5)
CALLS: tuple[tuple[str, bool, tuple[ValueType, ...], ValueType, dict[str, Any]], ...] = (
    ("ring.add", True, (ring(3), ring(1, 1)), ring(3), {}),
    ("ring.add", False, (ring(3), ring(2)), ring(3), {}),
    ("ring.shift_left", True, (ring(3),), ring(3), {"bits": 64}),
    ("ring.shift_left", False, (ring(3),), ring(3), {"bits": 65}),
    ("ring.shift_left", False, (ring(3),), ring(3), {"bits": -1}),
    ("word16.shift_left", False, (WORDS,), WORDS, {"bits": 17}),
    ("ring.sum", True, (ring(2, 3),), ring(2), {"axis": 1}),
    ("ring.sum", False, (ring(2, 3),), ring(2), {"axis": -1}),
    ("ring.sum", False, (ring(2, 3),), ring(3), {"axis": 1}),
    ("ring.cumsum", False, (ring(),), ring(), {"axis": 0}),
    ("ring.matmul", True, (ring(4, 2, 3), ring(3, 5)), ring(4, 2, 5), {}),
    ("ring.matmul", False, (ring(2, 3), ring(2, 3)), ring(2, 3), {}),
    ("ring.matmul", False, (ring(2, 2, 3), ring(3, 3, 4)), ring(2, 2, 4), {}),
    ("ring.matmul", False, (ring(), ring(3)), ring(), {}),
    ("cross.multiply", True, (ring(3),) * 5, ring(3), {}),
    ("cross.multiply", False, (*(ring(3),) * 4, ring()), ring(3), {}),
    ("cross.multiply", False, (ring(3), ring(), ring(3), ring(3), ring(3)), ring(3), {}),
    ("cross.matmul", False, (*(ring(2, 3),) * 2, *(ring(3, 4),) * 2, ring(8)), ring(2, 4), {}),
    ("cross.and", True, (*(TWO,) * 4, THREE), THREE, {"left": (0, 1, -1), "right": (1,) * 3}),
    ("cross.and", False, (*(TWO,) * 4, THREE), THREE, {"left": (0, 1, 2), "right": (1,) * 3}),
    ("cross.and", False, (*(TWO,) * 4, THREE), THREE, {"left": (0, 1)}),
    ("cross.and", False, (*(TWO,) * 4, THREE), THREE, {}),
    ("cross.and_xor", False, (planes(2, 5),) * 5, planes(2, 5), {"plus": (0, 2)}),
    ("bits.xor", False, (planes(2, 5), planes(2, 6)), planes(2, 5), {}),
    ("bits.not", False, (planes(2, 5),), planes(3, 5), {}),
    ("bits.planes", False, (planes(2, 5),), planes(1, 5), {"planes": (-2,)}),
    ("bits.concat_planes", True, (planes(2, 5), planes(3, 5)), planes(5, 5), {}),
    ("bits.concat_planes", False, (planes(2, 5), planes(3, 5)), planes(4, 5), {}),
    ("bits.from_ring", False, (ring(5),), planes(65, 5), {"planes": 65}),
    ("bits.from_ring", False, (ring(5),), planes(3, 5), {"planes": 2}),
    ("bits.from_word16", False, (WORDS,), planes(17, 3), {"planes": 17}),
    ("ring.from_bits", False, (planes(65, 5),), ring(5), {}),
    ("boolean.from_bits", False, (planes(2, 5),), ValueType(Storage.BOOLEAN, (5,)), {}),
    ("bits.dot", True, (BITS, BITS, BITS), BITS, {"left": (0, 1), "right": (-1, 1), "ends": (1, 2)}),
    ("bits.dot", False, (BITS, BITS, BITS), BITS, {"left": (0, 2), "right": (-1, 1), "ends": (1, 2)}),
    ("bits.dot", False, (BITS, BITS, BITS), BITS, {"left": (0, 1), "right": (-1, 1), "ends": (1, 3)}),
    ("bits.dot", False, (BITS, BITS, BITS), BITS, {"left": (0, 1), "right": (-1, 1), "ends": (-1, 2)}),
    ("bits.dot", False, (BITS, BITS, BITS), BITS, {"left": (0,), "right": (-1, 1), "ends": (1, 1)}),
    ("weigh.signed", True, (planes(2, 5), ring(3, 2), ring(2, 5), ring(3, 5)), ring(3, 5), {}),
    ("weigh.signed", False, (planes(2, 5), ring(1, 3), ring(2, 5), ring(1, 5)), ring(1, 5), {}),
    ("weigh.signed", False, (planes(2, 5), ring(3, 2), ring(2, 5), ring(5)), ring(5), {}),
    ("weigh.signed", False, (planes(2, 5), ring(1, 2), ring(10), ring(1, 5)), ring(1, 5), {}),
    ("gates.help", False, (planes(1, 5), ring(5), ring(3, 5), ring(5)), ring(5), {}),
    ("gates.sum", False, (planes(2, 5), ring(5), ring(5), ring(5)), ring(5), {}),
    ("quotient.sum", False, (ring(5), ring(5), ring(5)), ring(5), {"bits": 64}),
    ("quotient.add_high16", False, (ring(3), WORDS), ring(3), {"bits": 17}),
    ("broadcast", True, (ring(3, 1),), ring(2, 3, 4), {"shape": (2, 3, 4)}),
    ("broadcast", False, (ring(3),), ring(4), {"shape": (4,)}),
    ("broadcast", False, (ring(1, 1),), ring(1), {"shape": (1,)}),
    ("reshape", False, (ring(3),), ring(4), {"shape": (4,)}),
    ("transpose", False, (ring(3, 4),), ring(3, 4), {"permutation": (0, 0)}),
    ("slice", True, (ring(9),), ring(3), {"starts": (8,), "stops": (None,), "steps": (-3,)}),
    ("slice", False, (ring(9),), ring(3), {"starts": (0,), "stops": (9,), "steps": (0,)}),
    ("slice", False, (ring(9),), ring(4), FIRST),
    ("concat", False, (), ring(0), {"axis": 0}),
    ("concat", False, (ring(2, 3), ring(2)), ring(4, 3), {"axis": 0}),
    ("concat", False, (ring(2, 3), ring(2, 4)), ring(4, 3), {"axis": 0}),
    ("take", True, (ring(2, 3), INTEGERS), ring(3, 3), {"axis": 0}),
    ("take", False, (ring(2, 3), INTEGERS), ring(3, 3), {"axis": 2}),
    ("take", False, (ring(2, 3),), ring(2, 3), {"axis": 0}),
    ("slice_at", True, (ring(2, 3), START), ring(1, 3), {"axes": (0,), "sizes": (1,)}),
    ("slice_at", False, (ring(2, 3), START), ring(3, 3), {"axes": (0,), "sizes": (3,)}),
    ("slice_at", False, (ring(2, 3), START, START), ring(1, 3), {"axes": (0, 0), "sizes": (1, 1)}),
    ("slice_at", False, (ring(2, 3), INTEGERS), ring(1, 3), {"axes": (0,), "sizes": (1,)}),
    ("update", False, (ring(9), ring(2)), ring(9), FIRST),
    ("update_at", False, (ring(9), ring(10), START), ring(9), {"axes": (0,)}),
    ("update_at", False, (ring(9, 2), ring(1, 1), START), ring(9, 2), {"axes": (0,)}),
    ("bits.slice", True, (planes(2, 9),), planes(2, 3), {"shapes": ((9,),), "shape": (3,), **FIRST}),
    ("bits.slice", False, (planes(2, 9),), planes(3, 3), {"shapes": ((9,),), "shape": (3,), **FIRST}),
    ("bits.slice", False, (planes(2, 9),), planes(2, 3), {"shapes": ((10,),), "shape": (3,), **FIRST}),
    ("bits.take", True, (planes(2, 9), START), planes(2), {"shapes": ((9,),), "shape": (), "axis": 0}),
    ("clear.add", True, (ValueType(Storage.INTEGER, (2, 1)), INTEGERS), ValueType(Storage.INTEGER, (2, 3)), {}),
    ("clear.add", False, (INTEGERS, INTEGERS), ValueType(Storage.INTEGER, (2, 3)), {}),
    ("clear.add", False, (ValueType(Storage.INTEGER, (2,)), INTEGERS), INTEGERS, {}),
    ("clear.less", False, (RING, RING), ValueType(Storage.BOOLEAN, (3,)), {}),
    ("clear.min", False, (ValueType(Storage.INTEGER, (2, 0)),), ValueType(Storage.INTEGER, (2,)), {"axis": 1}),
    ("clear.sqrt", False, (INTEGERS,), INTEGERS, {"scale": 99}),
    ("clear.cast", False, (INTEGERS,), INTEGERS, {"bits": 99}),
    ("clear.filled", True, (INTEGERS,), INTEGERS, {"value": 1 << 62}),
    ("clear.filled", False, (), INTEGERS, {"value": 0}),
    ("clear.iota", False, (), INTEGERS, {"n": 4}),
    ("clear.argsort", True, (INTEGERS, ValueType(Storage.BOOLEAN, (3,))), INTEGERS, {"descending": (1, 0)}),
    ("clear.argsort", False, (INTEGERS,), INTEGERS, {"descending": (1, 0)}),
    ("clear.argsort", False, (INTEGERS,), INTEGERS, {"descending": (2,)}),
    ("clear.argsort", False, (), INTEGERS, {"descending": ()}),
    ("clear.gather", False, (INTEGERS, ValueType(Storage.INTEGER, (4,))), INTEGERS, {}),
    ("after", True, (ring(3), TWO), ring(3), {}),
    ("after", False, (ring(3), TWO), ring(4), {}),
    ("rows.take", True, (ring(5, 2), words(3)), ring(3, 2), {}),
    ("rows.take", False, (ring(5, 2), words(3)), ring(5, 2), {}),
    ("rows.take", False, (ring(5, 2), words(3, 1)), ring(3, 1, 2), {}),
    ("rows.take_add", False, (ring(5), words(3), ring(5)), ring(3), {}),
    ("rows.put", True, (ring(3, 2), words(3)), ring(3, 2), {}),
    ("rows.put", False, (ring(3, 2), words(2)), ring(3, 2), {}),
    ("rows.put_xor", False, (ring(3), words(3), ring(1)), ring(3), {}),
    ("digits.mask", True, (ring(5), words(3, 5)), words(3, 5), {"shift": 62, "bits": 2}),
    ("digits.mask", False, (ring(5), words(3, 5)), words(3, 5), {"shift": 63, "bits": 2}),
    ("digits.mask", False, (words(5), words(3, 5)), words(3, 5), {"shift": 31, "bits": 2}),
    ("digits.mask", False, (ring(5), words(3, 5)), words(3, 5), {"shift": 0, "bits": 3}),
    ("digits.mask", False, (ring(5), words(511, 5)), words(511, 5), {"shift": 0, "bits": 9}),
    ("digits.count", True, (ring(5), words(3, 5), words(4, 5), words(5)), words(4, 5), DIGIT | {"one": 1}),
    ("digits.count", False, (ring(5), words(3, 5), words(4, 5), words(1)), words(4, 5), DIGIT | {"one": 1}),
    ("digits.choose", False, (ring(5), words(4, 5), words(3, 5)), words(5), DIGIT),
    ("digits.sum", False, (words(3, 5), words(4, 5), words(4, 6), words(5)), words(5), {"one": 0}),
    ("digits.pick", False, (words(3, 5), words(3, 5)), words(5), {"one": 0}),
    ("digits.unit", True, (planes(2, 5),), words(3, 5), {}),
    ("digits.unit", False, (planes(2, 5),), words(4, 5), {}),
)  # fmt: skip


@pytest.mark.parametrize(("name", "is_sound", "inputs", "output", "attributes"), CALLS)
def test_calls(
    name: str, is_sound: bool, inputs: tuple[ValueType, ...], output: ValueType, attributes: dict[str, Any]
) -> None:
    if is_sound:
        check_call(name, inputs, output, attributes)
    else:
        with pytest.raises(GraphError, match=name):
            check_call(name, inputs, output, attributes)
