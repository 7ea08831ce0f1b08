"""The Python API: programs from text and files, inputs of many kinds, results by role and name."""

import warnings
from collections.abc import Callable
from pathlib import Path

import networkx
import numpy as np
import pyarrow as pa
import pytest
import tacit
from tacit.compilation import Compilation, Options
from tacit.compiler.diagnostics import Diagnostic, Severity
from tacit.compiler.source import Source
from tacit.compiler.target import place_roles
from tacit.program import Program
from tacit.warn import warns

LIFT = """\
party publisher
party advertiser
input seen: table[user: key, exposed: bool] from publisher
input bought: table[amount: fixed] from advertiser
reveal sum(bought.amount, where=bought.amount > 1) as total
reveal count(seen.exposed) as exposed to publisher
reveal bought to advertiser
"""


class Frame:
    """What pandas and Polars have in common: columns, and the Arrow stream."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table
        self.columns = table.column_names

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


def test_a_program_runs_on_objects() -> None:
    program = tacit.compile(LIFT, protocol="rep3")
    seen = Frame(pa.table({"user": ["a", "b", "c"], "exposed": [True, False, True], "other": [1, 2, 3]}))
    result = program.run(seen=seen, bought={"amount": np.array([0.5, 2.0, 3.25])})
    assert result["total"] == 5.25
    assert result.outputs["publisher"] == {"total": np.array(5.25), "exposed": np.array(2)}
    assert result.outputs["advertiser"]["bought"]["amount"].tolist() == [0.5, 2.0, 3.25]
    assert result.report.rounds > 0
    assert set(result.report.bytes_sent) == {"publisher", "advertiser", "helper"}
    with pytest.raises(KeyError, match="'exposed' is revealed to publisher only"):
        result["exposed"]
    with pytest.raises(KeyError, match="nothing is revealed as 'lift'; revealed to all: total"):
        result["lift"]


def test_mistakes_are_exceptions() -> None:
    with pytest.raises(tacit.CompileError, match=r"program\.mpc:1:8: error: "):
        tacit.compile("reveal x\n", sizes={})
    with pytest.raises(FileNotFoundError):
        tacit.compile("none.mpc")
    program = tacit.compile(LIFT)
    with pytest.raises(tacit.UsageError, match="the program has no input 'sold'"):
        program.run(sold=1)
    with pytest.raises(tacit.InputError, match=r"missing: input 'bought'"):
        program.run(seen={"user": ["a"], "exposed": [True]})
    with pytest.raises(tacit.InputError, match="input 'seen': row 2, column 'exposed': the value is neither"):
        program.run(seen={"user": ["a", "b"], "exposed": [0, 7]}, bought={"amount": [1]})


def test_files_and_text_are_sources_too(tmp_path: Path) -> None:
    path = tmp_path / "sum.mpc"
    path.write_text("party a\ninput x: int[n] from a\nreveal sum(x) as total\nreveal n as number\n")
    np.save(tmp_path / "x.npy", np.arange(5))
    for program in (tacit.compile(path), tacit.compile(str(path))):
        for source in (tmp_path / "x.npy", str(tmp_path / "x.npy"), "[0, 1, 2, 3, 4]", range(5)):
            result = program.evaluate({"x": source})
            assert (result["total"], result["number"]) == (10, 5)


def test_a_program_without_parties_reveals_to_everyone() -> None:
    program = tacit.compile("reveal 1 + 2 as three\n")
    assert program.evaluate({}).outputs == {"everyone": {"three": np.array(3)}}
    assert program.run()["three"] == 3


def test_the_graph_is_one_of_networkx() -> None:
    program = tacit.compile(
        "party a\nparty b\ninput x: int[n] from a\ninput y: int[n] from b\nz = x\n"
        "for i in range(9):\n    z = z * y\nreveal z\n",
        sizes={"n": 4},
    )
    graph = program.graph
    assert isinstance(graph, networkx.MultiDiGraph)
    kinds = networkx.get_node_attributes(graph, "kind")
    (repeat,) = [node for node, kind in kinds.items() if kind == "repeat"]
    assert graph.nodes[repeat]["label"] == "9 times"
    assert graph.nodes[repeat]["line"] == 6
    inside = [node for node, data in graph.nodes(data=True) if data["repeat"] == repeat]
    assert {"exchange", "local", "random"} <= {kinds[node] for node in inside}
    assert any(data["carried"] for _, target, data in graph.edges(data=True) if target == repeat)
    (output,) = [node for node, kind in kinds.items() if kind == "output"]
    inputs = [node for node, kind in kinds.items() if kind == "input"]
    assert all(networkx.has_path(graph, node, output) for node in inputs)
    with pytest.raises(tacit.UsageError, match="no data tells the size 'n'"):
        _ = tacit.compile("party a\ninput x: int[n] from a\nreveal x\n").graph


@pytest.mark.parametrize(
    ("roles", "parties", "places"),
    [
        ([], ("helper", "helper2", "helper3"), {}),
        (["a", "b"], ("a", "b", "helper"), {"a": 0, "b": 1}),
        (["a", "helper"], ("a", "helper", "helper2"), {"a": 0, "helper": 1}),
        (["a", "b", "c"], ("a", "b", "c"), {"a": 0, "b": 1, "c": 2}),
        (["m[0]"], ("node0", "node1", "node2", "m"), {"m[0]": 3}),
        (
            ["a", "helper[0]", "helper[1]", "m[0]"],
            ("a", "helper2", "helper3", "helper", "m"),
            {"a": 0, "helper[0]": 3, "helper[1]": 3, "m[0]": 4},
        ),
        (
            ["a", "b", "c", "node1"],
            ("node0", "node2", "node3", "a", "b", "c", "node1"),
            {"a": 3, "b": 4, "c": 5, "node1": 6},
        ),
    ],
)
def test_roles_sit_on_nodes_while_there_are_enough(
    roles: list[str], parties: tuple[str, ...], places: dict[str, int]
) -> None:
    assert place_roles(roles, 3) == (parties, places)


RISKY = "party a\nparty b\ninput x: int[n] from a\ninput y: int[n] from b\nreveal sum(x * y * x * y * x * y * x) as r\n"


def warned(*calls: Callable[[], object]) -> list[tuple[int, str, str]]:
    """The warnings of each call: how many calls were made before, the file of the line that is told, and the text."""
    found = []
    for number, call in enumerate(calls):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", tacit.RangeWarning)
            call()
        found += [(number, each.filename, str(each.message)) for each in caught]
    return found


def test_compiling_for_known_sizes_warns_and_later_calls_do_not_again() -> None:
    programs = []
    ((number, file, text),) = warned(
        lambda: programs.append(tacit.compile(RISKY, sizes={"n": 3})),
        lambda: programs[0].check(),
        lambda: programs[0].graph,
        lambda: programs[0].explain(),
    )
    assert (number, Path(file)) == (0, Path(__file__))
    assert text.startswith("program.mpc:5:12: warning: this ")


@pytest.mark.parametrize("call", ["explain", "run"])
def test_a_call_that_learns_sizes_warns_its_caller(call: str) -> None:
    program = tacit.compile(RISKY)
    again = getattr(program, call)
    ((number, file, _),) = warned(lambda: again(x=[1], y=[2]), lambda: again(x=[1], y=[2]))
    assert (number, Path(file)) == (0, Path(__file__))


def test_a_call_that_fails_warns_all_the_same() -> None:
    """What overflows is a reason why a run fails."""

    class Failing:
        def __init__(self) -> None:
            self.diagnostics = Compilation(Source("program.mpc", "program.mpc", RISKY), sized).diagnostics
            self.warned: set[Diagnostic] = set()

        @warns
        def fail(self) -> None:
            raise tacit.CheckFailed("no")

    sized = Options(sizes={"n": 3})
    failing = Failing()
    with pytest.raises(tacit.CheckFailed), pytest.warns(tacit.RangeWarning, match="program.mpc:5:12"):
        failing.fail()


def test_commands_are_told_by_diagnostics_and_not_warned() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        program = Program(Source("program.mpc", "program.mpc", RISKY), Options(sizes={"n": 3}))
        program.explanation_for({"n": 3})
        program.run_local({"x": [1, 2, 3], "y": [1, 2, 3]})
    (told,) = program.diagnostics
    assert (told.severity, told.span.line) == (Severity.WARNING, 5)
