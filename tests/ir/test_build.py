"""The builder: inferred types, joined labels, regions, and static values on demand."""

import numpy as np
import pytest
from tacit.compiler.ir.build import Builder, turn_type
from tacit.compiler.ir.control import LabelError
from tacit.compiler.ir.labels import REVEALED, SECRET, STATIC, owned
from tacit.compiler.ir.operations.typing import OperationTypeError
from tacit.compiler.ir.program import Value
from tacit.compiler.ir.types import BOOL, INT, ArrayType, Element, fixed, integer
from tacit.compiler.ir.verify import verify
from tacit.compiler.source import Source, Span

SPAN = Span(Source("a.mpc", "a.mpc", ""), 1, 1, 1, 2)


@pytest.fixture
def builder() -> Builder:
    return Builder(SPAN)


def given(
    builder: Builder, name: str, element: Element, shape: tuple[int, ...] = (), role: str | None = "alice"
) -> Value:
    return builder.emit("input", name=name, type=ArrayType(element, shape), role=role)


def test_labels_join(builder: Builder) -> None:
    x, y, z = (given(builder, name, INT, role=role) for name, role in (("x", "alice"), ("y", "bob"), ("z", None)))
    assert x.label == owned("alice")
    assert z.label == REVEALED
    assert builder.emit("add", x, z).label == owned("alice")
    assert builder.emit("add", x, builder.integer(1)).label == owned("alice")
    assert builder.emit("add", x, y).label == SECRET
    assert builder.emit("reveal", builder.emit("add", x, y), name="s").label == REVEALED
    assert builder.emit("share", x).label == SECRET
    kept = builder.emit("input", name="k", type=ArrayType(INT), shares=True)
    assert kept.label == SECRET


WIDTHS = [
    ("add", (8, 8), {}, 9),
    ("subtract", (8, 16), {}, 17),
    ("multiply", (8, 8), {}, 16),
    ("multiply", (40, 40), {}, 64),
    ("negate", (8,), {}, 9),
    ("floor_divide", (8, 4), {}, 9),
    ("modulo", (16, 8), {}, 8),
    ("shift_left", (8,), {"bits": 3}, 11),
    ("shift_right", (8,), {"bits": 9}, 1),
    ("and", (8, 16), {}, 16),
    ("not", (8,), {}, 8),
]


@pytest.mark.parametrize(("name", "widths", "attributes", "expected"), WIDTHS)
def test_widths_grow_as_promised(
    builder: Builder, name: str, widths: tuple[int, ...], attributes: dict[str, int], expected: int
) -> None:
    operands = [given(builder, f"x{index}", integer(width)) for index, width in enumerate(widths)]
    assert builder.emit(name, *operands, **attributes).type == ArrayType(integer(expected))


def test_reductions_and_products_widen_by_their_terms(builder: Builder) -> None:
    x = given(builder, "x", integer(8), (5, 2))
    assert builder.emit("sum", x, axis=0).type == ArrayType(integer(11), (2,))
    assert builder.emit("cumsum", x, axis=1).type == ArrayType(integer(9), (5, 2))
    assert builder.emit("argmax", x, axis=0).type == ArrayType(integer(4), (2,))
    assert builder.emit("matmul", x, given(builder, "y", integer(8), (2, 3))).type == ArrayType(integer(17), (5, 3))
    assert builder.emit("iota", n=9).type == ArrayType(integer(5), (9,))


def test_fixed_point_scales(builder: Builder) -> None:
    x, n = given(builder, "x", fixed(16), (3,)), given(builder, "n", integer(8), (3,))
    product = builder.emit("multiply", x, x)
    assert product.type.element == fixed(32)
    assert builder.emit("truncate", product, bits=16).type == x.type
    assert builder.emit("multiply", n, x).type == x.type
    assert builder.emit("floor", x).type.element == integer(48)
    for name, operands in (
        ("add", (x, product)),
        ("add", (x, n)),
        ("multiply", (product, product)),
        ("exp", (product,)),
    ):
        with pytest.raises(OperationTypeError):
            builder.emit(name, *operands)


REFUSED = [
    ("add", (BOOL, INT), ((), ()), {}),
    ("add", (INT, INT), ((2,), (3,)), {}),
    ("matmul", (INT, INT), ((2, 3), (2, 3)), {}),
    ("min", (INT,), ((0,),), {"axis": 0}),
    ("sum", (INT,), ((2,),), {"axis": 1}),
    ("concat", (INT, INT), ((2, 3), (2, 4)), {"axis": 0}),
    ("reshape", (INT,), ((2, 3),), {"shape": (5,)}),
    ("broadcast", (INT,), ((2,),), {"shape": (2, 3)}),
    ("transpose", (INT,), ((2, 3),), {"permutation": (0, 0)}),
    ("slice", (INT,), ((4,),), {"starts": (0,), "stops": (5,), "steps": (1,)}),
    ("update", (INT, INT), ((4,), (2,)), {"starts": (0,), "stops": (3,), "steps": (1,)}),
    ("slice_at", (INT, INT), ((4,), ()), {"axes": (0,), "sizes": (5,)}),
    ("update_at", (INT, INT, INT), ((4, 2), (1, 1), ()), {"axes": (0,)}),
    ("take", (INT, fixed(8)), ((4,), (2,)), {"axis": 0}),
    ("cast", (integer(16),), ((),), {"element": integer(8)}),
    ("cast", (fixed(8),), ((),), {"element": INT}),
    ("select", (INT, INT, INT), ((), (), ()), {}),
    ("truncate", (fixed(8),), ((),), {"bits": 9}),
]


@pytest.mark.parametrize(("name", "elements", "shapes", "attributes"), REFUSED)
def test_what_does_not_apply_is_refused(
    builder: Builder,
    name: str,
    elements: tuple[Element, ...],
    shapes: tuple[tuple[int, ...], ...],
    attributes: dict[str, object],
) -> None:
    operands = [
        given(builder, f"x{index}", element, shape)
        for index, (element, shape) in enumerate(zip(elements, shapes, strict=True))
    ]
    with pytest.raises(OperationTypeError):
        builder.emit(name, *operands, **attributes)


def test_static_values_are_computed_on_demand(builder: Builder) -> None:
    n = builder.integer(6)
    doubled = builder.emit("multiply", n, builder.integer(2))
    assert builder.static_value(doubled) == 12
    huge = builder.emit("iota", n=10**12)
    assert huge.label == STATIC
    assert builder.static_value(given(builder, "x", INT)) is None
    out_of_range = builder.emit("take", builder.emit("iota", n=3), n, axis=0)
    assert builder.static_value(out_of_range) is None


def test_static_values_through_control(builder: Builder) -> None:
    one = builder.integer(1)
    with builder.region([(turn_type(5), STATIC, "i"), (one.type, STATIC, "x")]) as body:
        turn, x = body.arguments
        assert builder.static_value(turn) is None
        assert builder.static_value(builder.emit("add", x, one)) is None
        body.results = (builder.emit("add", x, builder.emit("cast", turn, element=INT)),)
    (total,) = builder.loop(5, [one], body.close())
    assert builder.static_value(total) == 11
    with builder.region() as then:
        then.results = (total,)
    with builder.region() as otherwise:
        otherwise.results = (one,)
    (chosen,) = builder.branch(builder.emit("less", one, total), then.close(), otherwise.close())
    assert builder.static_value(chosen) == 11


def test_a_static_loop_that_never_ends_counts_as_unknown(builder: Builder) -> None:
    yes = builder.boolean(True)
    with builder.region([(yes.type, STATIC, "")]) as body:
        body.results = (yes, body.arguments[0])
    (never,) = builder.while_(yes, [yes], body.close())
    assert builder.static_value(never) is None


def test_carried_values_keep_type_and_label(builder: Builder) -> None:
    x = given(builder, "x", integer(8))
    with builder.region([(turn_type(2), STATIC, "i"), (x.type, x.label, "x")]) as body:
        body.results = (builder.emit("add", body.arguments[1], x),)
    with pytest.raises(OperationTypeError):
        builder.loop(2, [x], body.close())
    with builder.region([(turn_type(2), STATIC, "i"), (x.type, STATIC, "x")]) as body:
        body.results = (body.arguments[1],)
    with pytest.raises(LabelError):
        builder.loop(2, [x], body.close())


def test_a_discarded_region_leaves_no_trace(builder: Builder) -> None:
    x = given(builder, "x", INT)
    with builder.region() as body:
        body.results = (builder.emit("add", x, x),)
    builder.name(x, "wealth")
    program = builder.finish("a.mpc", ["alice"], {}, 16)
    verify(program)
    assert [operation.name for operation in program.body.operations] == ["input"]
    assert program.body.operations[0].results[0].name == "wealth"


def test_constants_fill_their_type(builder: Builder) -> None:
    assert builder.static_value(builder.constant([[1, 2]], ArrayType(INT, (1, 2)))).tolist() == [[1, 2]]  # type: ignore[union-attr]
    with pytest.raises(OperationTypeError):
        builder.constant([1, 2], ArrayType(INT))
    assert builder.emit("constant", type=ArrayType(BOOL), value=np.asarray(True)).label == STATIC
