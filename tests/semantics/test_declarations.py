"""Declarations: inputs, roles, sizes, labels."""

import pytest
from tacit.compiler.diagnostics import CompileError
from tacit.compiler.ir.parse import parse_program
from tacit.compiler.ir.print import print_program
from tacit.compiler.ir.types import Kind
from tacit.compiler.semantics.declarations import declarations
from tacit.compiler.syntax.parser import parse

from tests.semantics.running import compiled, label, mistakes, run, source


def test_declarations_before_data() -> None:
    text = """
party alice
parties farmers
option fraction_bits = 12
input x: fixed[n, 3] from alice
input bids: int[20] from each farmers
input t: table[user: key, amounts: int32[4]] from alice
input k: table[a: bool] from shares
input rate: fixed[len(farmers)]
"""
    found = declarations(parse(source(text)))
    assert found.parties == {"alice": False, "farmers": True}
    assert found.fraction_bits == 12
    assert found.sizes == ("n", "rows(t)", "rows(k)", "len(farmers)")
    columns = [
        (each.name, each.role, each.each, each.from_shares, column.name, column.element.kind, column.dimensions)
        for each in found.inputs
        for column in each.columns
    ]
    assert columns == [
        ("x", "alice", False, False, "x", Kind.FIXED, ("n", 3)),
        ("bids", "farmers", True, False, "bids", Kind.INT, (20,)),
        ("t", "alice", False, False, "t.user", Kind.KEY, ("rows(t)",)),
        ("t", "alice", False, False, "t.amounts", Kind.INT, ("rows(t)", 4)),
        ("k", None, False, True, "k.a", Kind.BOOL, ("rows(k)",)),
        ("rate", None, False, False, "rate", Kind.FIXED, ("len(farmers)",)),
    ]
    assert [each.valid for each in found.inputs] == ["", "", "", "k.(valid)", ""]
    with pytest.raises(CompileError):
        declarations(parse(source("input x: int from nobody\n")))


def test_a_column_has_its_name_in_the_data_where_that_is_another_one() -> None:
    columns = (
        'table["Order ID" as order_id: key, "from" as sender: key?, v: int32, "w": int, \ufb01: int, e\u0301: int]'
    )
    (found,) = declarations(parse(source(f"party alice\ninput t: {columns} from alice\n"))).inputs
    assert [(column.name, column.heading) for column in found.columns] == [
        ("t.order_id", "Order ID"), ("t.sender", "from"), ("t.v", None), ("t.w", None), ("t.fi", "\ufb01"),
        ("t.\xe9", None),
    ]  # fmt: skip


def test_each_column_of_the_data_is_read_once() -> None:
    assert mistakes('input t: table["a" as x: int, "a" as y: fixed] from alice') == [
        '1: the column "a" of the data is read as `x` already'
    ]
    assert mistakes('input t: table["b" as a: int, "a" as b: int] from alice') == []


def test_shares_are_known_by_the_names_of_the_program_that_saved_them() -> None:
    assert mistakes('input t: table["Order ID" as a: int] from shares') == [
        "1: shares keep the names that the program gave that saved them"
    ]


def test_names_in_the_data_are_part_of_the_program() -> None:
    program = compiled('input t: table["Order ID" as order_id: int] from alice\nreveal sum(t.order_id) as s')
    text = print_program(program)
    assert 'heading="Order ID"' in text
    assert print_program(parse_program(text)) == text


def test_members_give_one_value_each() -> None:
    text = """
parties farmers
input bids: int[2] from each farmers
reveal sum(bids, axis=0) as total
reveal len(farmers) as n
reveal bids[0] as first to farmers
reveal bids[1] as second to alice
"""
    inputs = {"bids": [[1, 2], [3, 4], [5, 6]]}
    assert run(text, inputs, {"len(farmers)": 3}) == {"total": [9, 12], "n": 3, "second": [3, 4]}
    assert run(text, inputs, {"len(farmers)": 3}, role="farmers[2]") == {"total": [9, 12], "n": 3, "first": [1, 2]}
    assert compiled(text, {"len(farmers)": 2}).roles == ("alice", "bob", "farmers[0]", "farmers[1]")


def test_sizes_are_public_numbers() -> None:
    text = "input x: fixed[n, m] from alice\nreveal n * 100 + m as r\nreveal zeros(m) as z\nreveal x\n"
    outputs = run(text, {"x": [[1, 2]]}, {"n": 1, "m": 2})
    assert outputs == {"r": 102, "z": [0, 0], "x": [[1, 2]]}
    assert compiled(text, {"n": 1, "m": 2}).sizes == {"n": 1, "m": 2}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("reveal 1 + 2 as r", "static"),
        ("input p: int\nreveal p + 1 as r", "revealed"),
        ("reveal a + 1 as r", "owned(alice)"),
        ("reveal a * a - sum([a, 2]) as r", "owned(alice)"),
        ("reveal a + b as r", "secret"),
        ("input k: int from shares\nreveal k as r", "secret"),
        ("reveal a + b as s\nreveal s + 1 as r", "revealed"),
        ("reveal a as s to bob\nreveal a as r", "owned(alice)"),
        ("parties f\ninput m: int from each f\nreveal m[0] as r", "secret"),
        ("parties f\ninput m: int from each f\nreveal m as r", "owned(f[*])"),
        ("parties f\ninput m: int from each f\nreveal fixed(m) as r", "owned(f[*])"),
        ("parties f\ninput m: int from each f\nreveal m + 1 as r", "secret"),
        ("reveal a if b > 1 else 0 as r", "secret"),
    ],
)
def test_who_knows(text: str, expected: str) -> None:
    assert str(label(f"input a: int from alice\ninput b: int from bob\n{text}\n", "r")) == expected


def test_names_may_be_revealed_to_each_in_their_own_way() -> None:
    text = "input a: int from alice\nreveal a as mine to alice\nreveal 0 as mine to bob\n"
    assert run(text, {"a": 5}) == {"mine": 5}
    assert run(text, {"a": 5}, role="bob") == {"mine": 0}


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("input x: int from carol", ["there is no party `carol`"]),
        ("input x: int from each alice", ["`alice` is one party"]),
        ("parties f\ninput x: int from f", ["`f` has many members"]),
        ("input x: float from alice", ["there is no type `float`"]),
        ('input x: category["a", "a"] from alice', ["a category lists its labels, each once"]),
        ("input x: table[a: int, a: int] from alice", ["the column `a` is there already"]),
        ("input x: table[a: table[b: int]] from alice", ["a table has no tables as columns"]),
        ("parties f\ninput x: table[a: int] from each f", ["a table comes from one party"]),
        ("input x: int[len(alice)] from alice", ["a dimension must be a size"]),
        ("input x: int[alice] from alice", ["`alice` is declared as something else than a size"]),
        ("input x: int from alice\ninput x: int from bob", ["the name `x` is there already"]),
        ("party alice", ["the name `alice` is there already"]),
        ("option fraction_bits = 40", ["`fraction_bits` does not fit"]),
        ("option precision = 4", ["there is no option `precision`"]),
        ("if 1 < 2:\n    input x: int from alice", ["`input` may not stand here"]),
        ("y = x\ninput x: int from alice", ["`x` is used before it has a value"]),
        ("reveal 1 as x to carol", ["there is no party `carol`"]),
        ("reveal 1 as x\nreveal 2 as x", ["the output `x` is there already"]),
        ("for i in range(2):\n    reveal i as x\nreveal [1] as x", ["the output `x` is there already"]),
        ("reveal 1", ["what is told by this `reveal` has no name"]),
        ("reveal (1, 2) as x", ["`reveal` takes an array or a table"]),
        ("reveal alice as x", ["`reveal` takes an array or a table"]),
        ('assert 1 > 2, "why"', ["the assertion does not hold: why"]),
        ("x = 9223372036854775808", ["this number does not fit an `int`"]),
        ("x = -9223372036854775809", ["this number does not fit an `int`"]),
        ("x = 3 - 9223372036854775808", ["this number does not fit an `int`"]),
        ("param k: int = 9223372036854775808", ["the default of the param `k` does not fit its type"]),
        ("param k: int = -9223372036854775809", ["the default of the param `k` does not fit its type"]),
        ("param k: bool = 1", ["the default of the param `k` does not fit its type"]),
        ("x = 1e12", ["this number is too large for `fixed`"]),
        ("a, b = 1", ["the names on the left do not match the value"]),
    ],
)
def test_wrong_declarations_and_outputs(text: str, problems: list[str]) -> None:
    assert [found.partition(": ")[2] for found in mistakes(f"{text}\n")] == problems


def test_made_up_sizes_are_told() -> None:
    with pytest.raises(CompileError, match="n is made up as 1009") as caught:
        compiled("input x: int[n] from alice\ny = x + [1, 2]\n")
    assert "found: [n] and [2]" in str(caught.value)
    assert mistakes("input x: int[n] from alice\ny = x + [1, 2]\nassert n == 2\n", {"n": 2}) == []
