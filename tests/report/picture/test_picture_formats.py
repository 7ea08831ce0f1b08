"""Each kind of file: that its readers can read it, and that nothing in a program breaks out of its place."""

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import networkx
import pytest
from tacit.commands import cli
from tacit.compiler.report.picture.formats import FORMATS
from tacit.compiler.report.picture.network import to_networkx
from tacit.compiler.source import Source

from tests.report.examples import EXAMPLES, NAMES, compiled

_NASTY = '</script><script>alert(1)</script> <!-- & "quotes" \u2028 \\'


@pytest.mark.parametrize("name", NAMES)
def test_json_and_graphml_are_the_graph(name: str) -> None:
    graph, source, stages = compiled(name)
    expected = to_networkx(graph)
    read = networkx.node_link_graph(json.loads(FORMATS[".json"](graph, source, stages)), edges="edges")
    assert (set(read.nodes), sorted(read.edges())) == (set(expected.nodes), sorted(expected.edges()))
    assert all(read.nodes[node]["label"] == expected.nodes[node]["label"] for node in read)
    parsed = networkx.parse_graphml(FORMATS[".graphml"](graph, source, stages), force_multigraph=True)
    assert len(parsed.edges) == len(expected.edges)
    assert parsed.nodes["0"]["kind"] == "input"


@pytest.mark.parametrize("name", NAMES)
def test_svg_is_well_formed_and_shows_every_party(name: str) -> None:
    graph, source, stages = compiled(name)
    root = ElementTree.fromstring(FORMATS[".svg"](graph, source, stages))
    words = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert set(graph.parties) <= set(words)
    assert "round 1" in words


def test_dot_has_a_cluster_for_each_repeat_and_an_edge_for_each_read() -> None:
    graph, source, stages = compiled("clinics")
    text = FORMATS[".dot"](graph, source, stages)
    picture = to_networkx(graph)
    assert text.count("{") == text.count("}")
    assert text.count("subgraph cluster_") == sum(kind == "repeat" for _, kind in picture.nodes(data="kind"))
    assert len(re.findall(r"^  \d+ -> \d+ ", text, re.MULTILINE)) == picture.number_of_edges()


def test_nothing_in_a_program_ends_the_script_or_the_markup() -> None:
    graph, source, stages = compiled("millionaires")
    graph = replace(graph, program=_NASTY, parties=(_NASTY, "bob", "helper"))
    text = FORMATS[".html"](graph, Source(source.name, source.path, source.text + _NASTY), stages)
    before, rest = text.split('<script type="application/json" id="data">')
    inside = rest.split("</script>")[0]
    assert json.loads(inside)["program"] == _NASTY
    assert "alert(1)" not in before + rest.removeprefix(inside)
    ElementTree.fromstring(FORMATS[".svg"](graph, source, stages))
    assert '\\"quotes\\"' in FORMATS[".dot"](graph, source, stages)


def test_the_page_loads_nothing() -> None:
    text = FORMATS[".html"](*compiled("millionaires"))
    assert not re.findall(r'(?:src|href)="(?!data:)', text)
    assert len(text) < 600_000


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", FORMATS)
def test_command_writes_by_the_ending(tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str) -> None:
    program = EXAMPLES / "millionaires" / "millionaires.mpc"
    out = tmp_path / f"picture{ending}"
    assert cli.main(["graph", str(program), "-o", str(out)]) == 0
    told = capsys.readouterr()
    assert (told.out, told.err) == (f"{out}: {out.stat().st_size:,} bytes\n", "")


def test_command_draws_what_compile_wrote(tmp_path: Path) -> None:
    program, data = EXAMPLES / "salary" / "salary.mpc", EXAMPLES / "salary" / "data"
    compiled_file = tmp_path / "salary.graph"
    options = ["--data", str(data)]
    assert cli.main(["compile", str(program), "-o", str(compiled_file), *options]) == 0
    for ending in FORMATS:
        assert cli.main(["graph", str(compiled_file), "-o", str(tmp_path / f"file{ending}")]) == 0
        assert cli.main(["graph", str(program), "-o", str(tmp_path / f"program{ending}"), *options]) == 0
    for ending in (".dot", ".graphml", ".json"):
        drawn = [(tmp_path / f"{name}{ending}").read_text(encoding="utf-8") for name in ("file", "program")]
        assert drawn[0] == drawn[1]


def test_command_names_the_endings_it_knows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = EXAMPLES / "millionaires" / "millionaires.mpc"
    assert cli.main(["graph", str(program), "-o", str(tmp_path / "picture.png")]) == 2
    assert capsys.readouterr().err == (
        "error: --output wants a name that ends in .html, .svg, .dot, .graphml, .json\n"
    )  # fmt: skip
    assert not list(tmp_path.iterdir())


def test_command_refuses_a_broken_graph(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = tmp_path / "whole.graph"
    program = EXAMPLES / "millionaires" / "millionaires.mpc"
    assert cli.main(["compile", str(program), "-o", str(whole)]) == 0
    broken = tmp_path / "broken.graph"
    broken.write_bytes(whole.read_bytes()[:-20])
    capsys.readouterr()
    assert cli.main(["graph", str(broken), "-o", str(tmp_path / "x.svg")]) == 2
    assert capsys.readouterr().err.startswith(f"error: {broken} is no protocol graph: ")
