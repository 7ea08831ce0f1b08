"""What `explain` tells of the examples, and the parts of a report one by one."""

from pathlib import Path

import pytest
import tacit
from tacit.compiler.protocols.table import PROTOCOLS
from tacit.compiler.report.knowledge import EVERYONE
from tacit.explained import Explained
from tacit.runtime.graph.cost import count_bytes, count_rounds

from tests.report.masking import masked

EXAMPLES = Path(__file__).parents[2] / "examples"
TEXTS = Path(__file__).parent / "texts"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*/*.mpc") if path.stem == path.parent.name)


def explained(example: str, protocol: str = "rep3") -> Explained:
    program = tacit.compile(EXAMPLES / example / f"{example}.mpc", protocol=protocol)
    return Explained(program.explanation_for(program.sizes_of({}, EXAMPLES / example / "data")))


@pytest.mark.parametrize("example", NAMES)
def test_the_text_of_an_example(example: str) -> None:
    """To renew the texts after a change of costs that is meant: `python -m tests.report.renew`."""
    assert masked(str(explained(example))) == (TEXTS / f"{example}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("protocol", sorted(PROTOCOLS))
@pytest.mark.parametrize("example", NAMES)
def test_lines_and_functions_add_up_to_the_graph(example: str, protocol: str) -> None:
    program = tacit.compile(EXAMPLES / example / f"{example}.mpc", protocol=protocol)
    sizes = program.sizes_of({}, EXAMPLES / example / "data")
    graph, explanation = program.graph_for(sizes), program.explanation_for(sizes)
    for report in (explanation.lines, explanation.functions):
        assert sum(cost.rounds for cost in report.program.costs.values()) == report.rounds() == count_rounds(graph)
        assert report.bytes() == count_bytes(graph)


def costs(source: str, **sizes: int) -> dict[int, tuple[int, int]]:
    """Rounds and shared rounds by line, of the program's own part."""
    report = tacit.compile(source, sizes=sizes).explain().explanation.lines.program
    return {
        line.number: (cost.rounds, cost.shared) for line, cost in report.costs.items() if cost.rounds or cost.shared
    }


PARTIES = "party alice\nparty bob\ninput x: int from alice\ninput y: int from bob\n"


def test_a_round_counts_at_one_line_and_is_shared_by_the_others() -> None:
    counted = costs(PARTIES + "a = x * y\nb = x * (y + 1)\nreveal a * 2 as a\nreveal b * 2 as b\n")
    assert sorted((counted[5], counted[6])) == [(0, 1), (1, 0)]


def test_a_counted_loop_counts_every_turn() -> None:
    counted = costs(PARTIES + "for i in range(7):\n    x = x * y\nreveal x\n")
    assert counted[6] == (7, 0)


def test_a_while_loop_is_a_part_of_its_own() -> None:
    source = PARTIES + "reveal x > y as go\nwhile go:\n    y = y * y\n    reveal x == y as go\n"
    explanation = tacit.compile(source).explain().explanation
    program, turn = explanation.lines.parts
    assert (turn.kind, turn.place.line if turn.place else 0) == ("while", 6)
    assert explanation.lines.rounds() == program.total.rounds
    turns = [0] * (turn.repeat or 0) + [5]
    assert explanation.lines.rounds(turns) == program.total.rounds + 5 * turn.total.rounds
    assert "each turn of the `while` of line 6" in str(Explained(explanation))


def test_who_learns_what() -> None:
    source = PARTIES + (
        "input t: fixed[n] from alice\n"
        "reveal x + y as both to alice\n"
        "for i in range(3):\n    reveal sum(t) * i as s\n"
        "save x * y as product\n"
    )
    knowledge = tacit.compile(source, sizes={"n": 4}).explain().explanation.knowledge
    both, total = knowledge.revealed
    assert (both.name, both.expression, both.roles, both.times, both.line) == ("both", "x + y", ("alice",), 1, 6)
    assert (total.expression, total.roles, total.times, total.type) == ("sum(t) * i", (EVERYONE,), 3, "fixed")
    assert [told.name for told in knowledge.of("bob")] == ["s"]
    assert [(told.name, told.expression, told.roles) for told in knowledge.kept] == [("product", "x * y", ())]
    assert [(size.name, size.size, size.inputs) for size in knowledge.sizes] == [("n", 4, ("t",))]


def test_what_depends_on_a_revealed_value_says_so() -> None:
    source = PARTIES + "reveal x > y as more\nif more:\n    reveal x as it\nelse:\n    reveal y as it\n"
    knowledge = tacit.compile(source).explain().explanation.knowledge
    assert {told.when for told in knowledge.revealed} == {"", "if the `if` of line 6 takes this branch"}


def test_what_functions_reveal_is_told_where_it_stands() -> None:
    source = PARTIES + "def tell(v):\n    reveal v + 1 as more\n    return v\nz = tell(x) * y\nreveal z\n"
    told = tacit.compile(source).explain().explanation.knowledge.revealed[0]
    assert (told.expression, told.line) == ("v + 1", 6)


def test_kinds_of_shares_are_told_by_name() -> None:
    shares = explained("salary").explanation.shares
    assert {(held.name, held.kind) for held in shares} >= {("salary", "arithmetic"), ("member", "boolean")}


def test_preprocessing_is_told_apart() -> None:
    explanation = tacit.compile(PARTIES + "reveal x * y as p\n", protocol="semi2k").explain().explanation
    total = explanation.lines.program.total
    assert total.offline_bytes == (0, 0, 8)
    assert total.bytes[2] == 0


def test_memory_is_told_where_most_of_it_is_needed() -> None:
    source = "party alice\nparty bob\ninput x: int16[n] from alice\ninput y: int16[n] from bob\n" + (
        "a = x + y\nb = sum(a[:, None] * a[None, :], axis=0)\nreveal max(b) as most\n"
    )
    explanation = tacit.compile(source, sizes={"n": 500}).explain().explanation
    assert len(explanation.memory) == 3
    assert all(peak.place is not None and peak.place.line == 6 for peak in explanation.memory)
    assert all(2 * 500 * 500 * 8 < peak.bytes < 12 * 500 * 500 * 8 for peak in explanation.memory)


def test_a_dealer_has_no_plan_and_what_it_deals_counts() -> None:
    source = PARTIES + "reveal x * y as p\n"
    explanation = tacit.compile(source, protocol="semi2k").explain().explanation
    assert len(explanation.memory) == 2
    assert set(explanation.to_json()["memory"]) == {"alice", "bob"}


def test_json_has_all_of_it() -> None:
    told = explained("salary").to_json()
    assert told["memory"]["helper"]["bytes"] > 100_000
    assert told["memory"]["helper"]["line"] == 17
    assert told["cost"][0]["of"] == "program"
    assert told["cost"][0]["total"]["rounds"] == sum(line["rounds"] for line in told["cost"][0]["lines"])
    assert {each["name"] for each in told["knowledge"]["revealed"]} >= {"people", "mean_salary"}
    assert {each["kind"] for each in told["shares"]} == {"arithmetic", "boolean"}


NAMED = """\
party alice
party bob
input x: int16[9] from alice
input y: int16[9] from bob
below = x < y
again = x < y
above = not below
def squared(a):
    square = a * a
    return abs(square)
spread = squared(x - y)
total = 0
for i in range(9):
    product = x[i] * y[i]
    total = total + product
if below[0]:
    chosen = x[1]
else:
    chosen = y[1]
for i in range(1, 9):
    for j in range(9):
        y[j] = max(y[j] & x[i], x[j])
reveal total
reveal chosen
reveal count(again) as hits
reveal count(above) as misses
reveal sum(spread) as widths
reveal y[3] as fourth
"""


@pytest.mark.parametrize("optimize", [0, 1, 2])
def test_named_secret_values_keep_their_names(optimize: int) -> None:
    """Passes that put something else in a value's place hand its name on; one value may have several names."""
    shares = tacit.compile(NAMED, optimize=optimize).explain().explanation.shares
    names = {name for held in shares for name in held.name.split(", ")}
    assert {"below", "again", "above", "square", "spread", "product", "total", "chosen", "y"} <= names
