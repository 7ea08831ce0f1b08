"""A run is refused if and only if its plans do not fit into what the system says is left."""

from collections.abc import Mapping
from errno import EIO, ENOMEM
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn, cast

import numpy as np
import pytest
import tacit
from tacit.compiler.ir.evaluate import EvaluationError, evaluate
from tacit.deployed import Agreed
from tacit.runtime.available import free_memory
from tacit.runtime.clear import KERNELS
from tacit.runtime.errors import MemoryShortage
from tacit.runtime.graph.file import written
from tacit.runtime.graph.nodes import Graph, Input
from tacit.runtime.plan import fit_memory
from tacit.runtime.plan.fit_memory import reported_shortage, require_memory
from tacit.runtime.plan.memory import peaks
from tacit.runtime.run import machine
from tacit.session import Settled

from tests.programs.running import compiled, elaborated, run_both_ways

HEAD = "party alice\nparty bob\ninput x: fixed[n] from alice\ninput y: fixed[n] from bob\n"
PROGRAMS = {
    "a product": "reveal sum(x[:, None] * y) as total\n",
    "a loop": "s = zeros(n)\nfor i in range(5):\n    s = s * 0.5 + x * y\nreveal s\n",
    "an order": "reveal sort(x + y) as z to alice\n",
    "no inputs": "reveal full((n, n), 3) as z\n",
    "comparisons": "reveal x > y as b\nreveal full(n, 7) + x as c to alice\nsave x as kept\n",
}


def graph_of(name: str, protocol: str, n: int = 300) -> Graph:
    return compiled(elaborated(HEAD + PROGRAMS[name], {"n": n}), protocol)


def needed(graph: Graph) -> int:
    """All parties' plans, without the inputs that are in memory already."""
    given = [node for node in graph.body if isinstance(node, Input) for _ in node.at]
    return sum(peak.bytes for peak in peaks(graph)) - sum(8 * graph.types[node.output].size for node in given)


def with_free(monkeypatch: pytest.MonkeyPatch, free: int | None, most: int | None = None) -> None:
    monkeypatch.setattr(fit_memory, "free_memory", lambda: free)
    monkeypatch.setattr(fit_memory, "address_space", lambda: most)


@pytest.mark.parametrize("protocol", ["rep3", "semi2k"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_what_fits_runs_and_a_byte_less_is_refused(name: str, protocol: str, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = graph_of(name, protocol)
    everyone = range(len(graph.parties))
    with_free(monkeypatch, needed(graph))
    require_memory(graph, everyone)
    with_free(monkeypatch, needed(graph) - 1)
    with pytest.raises(
        MemoryShortage, match=r"^test\.mpc:\d+:\d+: error: the parties need .* \(alice .*, bob .*\)"
    ) as caught:
        require_memory(graph, everyone)
    assert "and this machine has " in str(caught.value)
    assert caught.value.status == 1
    with_free(monkeypatch, None)
    require_memory(graph, everyone)


def test_one_party_alone_needs_its_own_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = graph_of("a product", "rep3")
    own = peaks(graph)[1].bytes
    with_free(monkeypatch, own)
    require_memory(graph, [1])
    with_free(monkeypatch, own // 2)
    with pytest.raises(
        MemoryShortage, match=r"test\.mpc:5:12: error: party bob needs .* most of it here, and this machine"
    ):
        require_memory(graph, [1])


def test_a_process_may_have_less_than_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = graph_of("a product", "rep3")
    largest = max(peak.bytes for peak in peaks(graph))
    with_free(monkeypatch, 1 << 60, largest)
    require_memory(graph, range(3))
    with_free(monkeypatch, 1 << 60, largest - 1)
    with pytest.raises(MemoryShortage, match=r"party alice needs .* a process of this machine may have"):
        require_memory(graph, range(3))


def test_local_and_deployed_runs_are_refused_before_they_start(monkeypatch: pytest.MonkeyPatch) -> None:
    program = tacit.compile(HEAD + PROGRAMS["a product"])
    with_free(monkeypatch, 1 << 20)
    with pytest.raises(tacit.MemoryShortage, match=r"^program\.mpc:5:12: error: the parties need .* 1\.0 MB free"):
        program.run(x=np.zeros(300), y=np.zeros(300))
    graph = graph_of("a product", "rep3")
    settled = cast(Settled, SimpleNamespace(compile=lambda _: written(graph)))
    with pytest.raises(MemoryShortage, match="party alice needs"):
        Agreed(settled, "run", 0).compile({})


def test_the_interpreter_is_refused_its_largest_array(monkeypatch: pytest.MonkeyPatch) -> None:
    program = tacit.compile(HEAD + PROGRAMS["a product"])
    inputs = {"x": np.ones(300), "y": np.ones(300)}
    monkeypatch.setattr("tacit.program.free_memory", lambda: 8 * 300 * 300)
    assert program.evaluate(inputs)["total"] == 90_000
    monkeypatch.setattr("tacit.program.free_memory", lambda: 8 * 300 * 300 - 1)
    with pytest.raises(MemoryShortage, match=r"^program\.mpc:5:12: error: this takes 720\.0 kB, and this process can"):
        program.evaluate(inputs)


def failing(*_: object, **__: object) -> NoReturn:
    raise MemoryError


def test_an_array_that_the_interpreter_does_not_get_is_told_with_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    program = elaborated(HEAD + "reveal sum(x * y) as s\n", {"n": 3})
    monkeypatch.setitem(cast(dict[str, Any], KERNELS), "sum", failing)
    with pytest.raises(EvaluationError, match=r"takes more memory than this machine gives it"):
        evaluate(program, {name: np.ones(3, np.int64) for name in ("x", "y")})


@pytest.mark.parametrize("error", [MemoryError(), OSError(ENOMEM, "Cannot allocate memory")])
def test_memory_that_a_party_does_not_get_is_told_with_its_line(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(size: int) -> NoReturn:
        raise error

    monkeypatch.setattr(machine, "reserve", nothing)
    program = elaborated(HEAD + PROGRAMS["a product"], {"n": 30})
    with pytest.raises(
        MemoryShortage, match=r"^test\.mpc:5:12: error: party \w+ needs .* kB, most of it here, more than"
    ):
        run_both_ways(program, {name: np.ones(30, np.int64) for name in ("x", "y")})


def test_other_failures_of_the_system_stay_what_they_are() -> None:
    with pytest.raises(OSError, match="Input/output"), reported_shortage("alice"):
        raise OSError(EIO, "Input/output error")


MEMINFO = "MemTotal: 900 kB\nMemFree: 1 kB\nMemAvailable: 200 kB\nSwapTotal: 90 kB\nSwapFree: 50 kB\n"
KB = 1024
GROUP = "sys/fs/cgroup/user/run"
V1 = "sys/fs/cgroup/memory/job"

SYSTEMS: list[tuple[Mapping[str, str], int | None]] = [
    ({}, None),
    ({"proc/meminfo": MEMINFO}, 250 * KB),
    ({"proc/meminfo": MEMINFO, "proc/self/cgroup": "0::/user/run\n", f"{GROUP}/memory.max": "max\n"}, 250 * KB),
    (
        {
            "proc/meminfo": MEMINFO,
            "proc/self/cgroup": "0::/user/run\n",
            f"{GROUP}/memory.max": "100000\n",
            f"{GROUP}/memory.current": "70000\n",
            f"{GROUP}/memory.stat": "anon 60000\ninactive_file 5000\nactive_file 2000\nslab_reclaimable 1000\n",
        },
        38_000 + 50 * KB,
    ),
    (
        {
            "proc/meminfo": MEMINFO,
            "proc/self/cgroup": "0::/user/run\n",
            f"{GROUP}/memory.max": "100000\n",
            f"{GROUP}/memory.current": "10000\n",
            "sys/fs/cgroup/user/memory.max": "30000\n",
            "sys/fs/cgroup/user/memory.current": "31000\n",
        },
        50 * KB,
    ),
    (
        {
            "proc/meminfo": MEMINFO,
            "proc/self/cgroup": "11:cpu:/job\n4:memory:/job\n0::/\n",
            f"{V1}/memory.limit_in_bytes": "100000\n",
            f"{V1}/memory.usage_in_bytes": "70000\n",
            f"{V1}/memory.stat": "inactive_file 1\ntotal_inactive_file 9000\n",
        },
        39_000 + 50 * KB,
    ),
    ({"proc/self/cgroup": "nonsense\n", "proc/meminfo": "MemAvailable: much kB\n"}, None),
]
"""What a system's files say, and how much memory is free then."""


@pytest.mark.parametrize(("files", "free"), SYSTEMS)
def test_what_is_free_by_the_system_and_its_control_groups(
    files: Mapping[str, str], free: int | None, tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert free_memory(tmp_path) == free
