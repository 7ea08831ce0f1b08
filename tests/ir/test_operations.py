"""The table of operations is whole: each row says all, and every other table has the operations that rows promise."""

import ast
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from tacit.compiler.ir import control, evaluate
from tacit.compiler.ir.build import Builder
from tacit.compiler.ir.operations.functions import FUNCTIONS
from tacit.compiler.ir.operations.row import Form, Held, OperationRow, Trait
from tacit.compiler.ir.operations.table import OPERATIONS
from tacit.compiler.ir.types import INT, ArrayType, fixed
from tacit.compiler.passes.lowering import expand_protocol
from tacit.compiler.passes.simplify.terms import BuilderTerms
from tacit.compiler.protocols.numeric import bounds
from tacit.compiler.protocols.operations.table import RULES
from tacit.compiler.semantics.builtins.table import BUILT_INS
from tacit.compiler.source import Source, Span
from tacit.runtime import clear
from tacit.runtime.graph.signatures import KERNELS as SIGNATURES

ROOT = Path(__file__).parents[2]
SCALE = 20

LOOPS = {Form.COUNTED, Form.REPEATED}
CONTROL = LOOPS | {Form.CHOSEN, Form.CALLED}
OUTPUT = {Form.TOLD, Form.KEPT}
STOP = {Form.CHECKED, Form.REQUIRED}


def test_a_row_without_one_of_its_facts_cannot_be_constructed() -> None:
    whole = {field.name: getattr(OPERATIONS["erf"], field.name) for field in fields(OperationRow)}
    assert OperationRow(**whole) == OPERATIONS["erf"]
    for name in whole:
        with pytest.raises(TypeError, match=name):
            OperationRow(**{other: value for other, value in whole.items() if other != name})


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_row_agrees_with_itself(name: str) -> None:
    row = OPERATIONS[name]
    assert row.has(Trait.CONTROL) == (row.infer is None) == (row.regions > 0)
    assert row.indices_from is None or row.has(Trait.STRUCTURAL)
    assert (row.indices_from is None) == (row.windows is None)
    assert row.has(Trait.LOOP) == (row.form in LOOPS)
    assert row.has(Trait.CONTROL) == (row.form in CONTROL)
    assert row.has(Trait.OUTPUT) == (row.form in OUTPUT)
    assert row.has(Trait.EFFECT) == (row.form in OUTPUT | STOP | {Form.GIVEN})
    assert row.has(Trait.STOP) == (row.form in STOP)
    assert row.has(Trait.HOLDING | Trait.SAME) == (row.form in {Form.SHARED, Form.CONVERTED})
    assert not row.has(Trait.ELEMENTWISE) or (row.interval is not None and row.widen is not None)
    assert (row.domain.takes is None) or row.interval is not None
    assert row.total is None or OPERATIONS[row.total.reduction].has(Trait.REDUCTION)
    assert row.total is None or row.total.combine in OPERATIONS
    assert all(attribute in row.attributes for attribute in row.roles)
    assert not row.has(Trait.REDUCTION) or "axis" in row.attributes


def test_protocol_rules_are_those_of_the_rows_that_compute_with_secrets() -> None:
    """Every other form is expanded by the walk itself, and so is a source of what all know."""
    computing = {
        name
        for name, row in OPERATIONS.items()
        if row.form is Form.COMPUTED and (row.has(Trait.DRAW) or not row.has(Trait.SOURCE))
    }
    assert set(RULES) == computing


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_has_its_way_into_the_graph_and_its_meaning(name: str) -> None:
    """Calls alone become no part of a graph: they are inlined before."""
    form = OPERATIONS[name].form
    assert form in evaluate.WAYS
    assert (form in expand_protocol.WAYS) != (form is Form.CALLED)
    assert (form in control.RULES) == OPERATIONS[name].has(Trait.CONTROL)


def test_every_clear_meaning_has_a_signature() -> None:
    assert {f"clear.{name}" for name in clear.KERNELS} == {name for name in SIGNATURES if name.startswith("clear.")}


@pytest.mark.parametrize("name", [name for name, row in OPERATIONS.items() if row.clear is not None])
def test_what_a_row_means_is_there(name: str) -> None:
    """A row's kernel is named by its rule, which looks at the element; FIXED and its like do for every operation."""
    row = OPERATIONS[name]
    assert row.clear is not None
    element = fixed(16)
    types = (ArrayType(element, (2,)),) * (row.arity or 1)
    kernel, _ = row.clear(types, dict.fromkeys(row.attributes, element))
    assert kernel in clear.KERNELS
    assert f"clear.{kernel}" in SIGNATURES


def test_every_function_is_in_the_language_has_a_bound_and_a_derivative() -> None:
    assert set(FUNCTIONS) <= set(BUILT_INS)
    assert set(FUNCTIONS) == set(bounds.FUNCTIONS) == set(clear.functions.FUNCTIONS)
    assert [name for name, row in FUNCTIONS.items() if row.derivative is None] == []


def test_what_is_shared_anew_is_held_in_the_clear() -> None:
    assert [name for name, row in OPERATIONS.items() if row.held is Held.AS_THEY_ARE] == [
        "align",
        "share",
        "reveal",
        "require",
    ]


PLACED: dict[str, tuple[tuple[ArrayType, ...], dict[str, object]]] = {
    "take": ((ArrayType(INT, (3, 4)),), {"axis": 1}),
    "slice_at": ((ArrayType(INT, (3, 4)),), {"axes": (1, 0), "sizes": (3, 2)}),
    "update_at": ((ArrayType(INT, (3, 4)), ArrayType(INT, (2, 3))), {"axes": (1, 0)}),
}


@pytest.mark.parametrize("name", [name for name, row in OPERATIONS.items() if row.indices_from is not None])
def test_the_window_of_a_place_is_what_the_operation_touches(name: str) -> None:
    """The last place at which a window fits is taken, and the place behind it is not."""
    types, attributes = PLACED[name]
    builder = Builder(Span(Source("row.mpc", "row.mpc", ""), 1, 1, 1, 1))
    data = [builder.constant(np.zeros(type.shape, np.int64), type) for type in types]
    places = [builder.integer(0) for _ in attributes.get("axes", (0,))]  # type: ignore[attr-defined]
    result = builder.emit(name, *data, *places, **attributes)
    operation = builder.definition(result)
    assert operation is not None
    arrays = [np.zeros(type.shape, np.int64) for type in types]
    found = OPERATIONS[name].places(operation)
    assert [place for place, _, _ in found] == places
    last = [types[0].shape[axis] - size for _, axis, size in found]
    evaluate.apply(operation, [*arrays, *map(np.asarray, last)])
    for turn in range(len(last)):
        beyond = [each + (turn == index) for index, each in enumerate(last)]
        with pytest.raises(clear.IndexOutsideError):
            evaluate.apply(operation, [*arrays, *map(np.asarray, beyond)])


def _names_in(node: ast.AST) -> set[str]:
    parts: list[ast.expr | None] = []
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        parts = list(node.elts)
    elif isinstance(node, ast.Dict):
        parts = list(node.keys)
    texts = {part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    return texts & set(OPERATIONS)


def _lists_of_names(room: str) -> Iterator[str]:
    for path in sorted((ROOT / "compiler" / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = _names_in(node)
            if len(names) > 1:
                yield f"{path.relative_to(ROOT)}:{node.lineno} lists {', '.join(sorted(names))}"  # type: ignore[attr-defined]


@pytest.mark.parametrize("room", ["passes", "cost"])
def test_no_pass_lists_operations(room: str) -> None:
    """What holds of several operations is a fact of their rows."""
    assert list(_lists_of_names(room)) == []


POINTS = {
    "sqrt": (0.05, 40.0),
    "exp": (-6.0, 6.0),
    "log": (0.05, 40.0),
    "sin": (-9.0, 9.0),
    "cos": (-9.0, 9.0),
    "tanh": (-9.0, 9.0),
    "sigmoid": (-9.0, 9.0),
    "erf": (-5.0, 5.0),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_derivative_is_the_limit_of_differences(name: str) -> None:
    points = np.linspace(*POINTS[name], 200)
    low, high, slope = (_evaluated(name, points + shift, is_slope) for shift, is_slope in _SIDES)
    np.testing.assert_allclose(slope, (high - low) / (2 * STEP), rtol=2e-3, atol=2e-3)


STEP = 2.0**-8
_SIDES = ((-STEP, False), (STEP, False), (0.0, True))


def _evaluated(name: str, points: np.ndarray, is_slope: bool) -> np.ndarray:
    """The function, or its derivative as the row writes it, at these points."""
    source = Source("row.mpc", "row.mpc", "")
    builder = Builder(Span(source, 1, 1, 1, 1))
    type = ArrayType(fixed(SCALE), points.shape)
    x = builder.emit("input", name="x", role="a", type=type)
    y = builder.emit(name, x)
    derivative = OPERATIONS[name].derivative
    if is_slope:
        assert derivative is not None
        y = derivative(BuilderTerms(builder), x, y)
        assert y.type == type
    builder.effect("reveal", y, name="y", roles=("a",))
    program = builder.finish("row.mpc", ("a",), {}, SCALE)
    outputs = evaluate.evaluate(program, {"x": np.rint(points * 2.0**SCALE).astype(np.int64)})
    return outputs.by_role["a"]["y"] * 2.0**-SCALE
