"""Every kernel takes the zeros of a rehearsal, which changes no result."""

from pathlib import Path

import numpy as np
import pytest
import tacit
from tacit.calibrate import OPERATIONS
from tacit.compiler.protocols.table import PROTOCOLS
from tacit.runtime.graph.file import digest
from tacit.runtime.run.party import run_in_memory
from tacit.runtime.run.rehearsal import rehearse


@pytest.mark.parametrize("size", [1, 30])
@pytest.mark.parametrize("protocol", sorted(PROTOCOLS))
def test_every_operation(protocol: str, size: int) -> None:
    graph = tacit.compile(OPERATIONS, protocol=protocol, sizes={"n": size}).graph_for({"n": size})
    before = digest(graph)
    for party in range(len(graph.parties)):
        rehearse(graph, party)
    assert digest(graph) == before


def test_order_and_places(tmp_path: Path) -> None:
    source = "party a\nparty b\ninput x: int32[n] from a\ninput y: int32[n] from b\nreveal sort(x + y) as z\n"
    graph = tacit.compile(source, sizes={"n": 9}).graph_for({"n": 9})
    for party in range(3):
        rehearse(graph, party)
    inputs = [{"x": np.arange(9)[::-1].copy()}, {"y": np.arange(9) * 3}, {}]
    expected = np.sort(inputs[0]["x"] + inputs[1]["y"])
    assert np.array_equal(run_in_memory(graph, inputs)[0].outputs[""]["z"], expected)
