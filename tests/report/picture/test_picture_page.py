"""The page in a real browser, without a window: it loads without errors, opens loops, finds lines, shows the passes.

The page does what its address says after `#` and, asked for it, writes what it then shows into the document, which
`chromium --dump-dom` prints.
"""

import html
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tacit.compiler.report.picture.drawing import drawing_of
from tacit.compiler.report.picture.formats import FORMATS
from tacit.compiler.report.picture.geometry import arrange
from tacit.compiler.report.picture.layout import LEVELS
from tacit.compiler.source import Source
from tacit.runtime.graph.nodes import Graph

from tests.report.examples import NAMES, compiled
from tests.report.picture.synthetic import large_graph

_BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1500,900",
    "--enable-logging=stderr",
    "--dump-dom",
)
_PATIENCE = 120

pytestmark = pytest.mark.skipif(_BROWSER is None, reason="no chromium on this machine: the page is not tested")

Shown = dict[str, Any]
Show = Callable[..., Shown]


@pytest.fixture
def show(tmp_path: Path) -> Show:
    def shown(graph: Graph, source: Source | None, stages: Any, actions: str) -> Shown:
        page = tmp_path / "page.html"
        page.write_text(FORMATS[".html"](graph, source, stages), encoding="utf-8")
        assert _BROWSER is not None
        address = f"{page.as_uri()}#{actions}&report=1"
        command = [_BROWSER, *_FLAGS, f"--user-data-dir={tmp_path / 'profile'}", address]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=True)
        assert ":CONSOLE" not in done.stderr
        _, found, rest = done.stdout.partition('<pre id="report" hidden="">')
        assert found, "the page did not get as far as its report"
        report: Shown = json.loads(html.unescape(rest.partition("</pre>")[0]))
        assert report["errors"] == []
        assert report["painted"] is None or report["painted"] > 10, "the canvas is empty"
        return report

    return shown


@pytest.mark.parametrize("name", NAMES)
def test_loads_and_stands_as_the_svg_does(show: Show, name: str) -> None:
    graph, source, stages = compiled(name)
    report = show(graph, source, stages, "level=steps&open=all")
    drawing = drawing_of(graph, source)
    made = arrange(drawing.columns, len(graph.parties), LEVELS.index("steps"), lambda _: True, "steps")
    assert report["steps"] == len(drawing.steps)
    assert (report["columns"], report["open"]) == (len(made.placed), len(made.frames))
    assert report["width"] == made.width
    ((first, _), *_), (last, height) = made.lanes, made.lanes[-1]
    assert report["height"] == last + height - first


def test_a_click_opens_a_loop_and_the_one_inside(show: Show) -> None:
    assert show(*compiled("clinics"), "")["open"] == 0
    assert show(*compiled("clinics"), "open=0")["open"] == 1
    report = show(*compiled("clinics"), "open=0&open=1")
    assert (report["loops"], report["open"]) == (2, 2)


def test_search_finds_what_is_in_a_folded_loop(show: Show) -> None:
    graph, source, stages = compiled("clinics")
    number = next(at for at, line in enumerate(source.text.split("\n"), start=1) if "sigmoid(" in line)
    report = show(graph, source, stages, "find=sigmoid(")
    assert report["open"] == 2
    assert report["at"]["line"] == number
    assert "sigmoid(" in report["line"]
    assert report["found"] == report["lit"] > 0


def test_search_for_a_line_lights_its_steps(show: Show) -> None:
    report = show(*compiled("millionaires"), "find=line 9")
    graph = compiled("millionaires")[0]
    steps = [step for step in drawing_of(graph).steps if step.place is not None and step.place.line == 9]
    assert report["lit"] == report["found"] == len(steps)
    assert report["line"].startswith("reveal alice_wealth > bob_wealth")


def test_a_source_line_lights_its_steps_and_says_what_they_cost(show: Show) -> None:
    report = show(*compiled("millionaires"), "line=6")
    assert (report["title"], report["line"]) == ("Line 6", "input alice_wealth: int from alice")
    assert report["lit"] > 0


def test_passes_are_shown_with_marks(show: Show) -> None:
    stages = compiled("edit_distance")[2]
    report = show(*compiled("edit_distance"), f"view=ir&stage={len(stages) - 1}")
    assert report["view"] == "ir"
    assert report["stages"] == [name for name, _ in stages]
    assert report["added"] > 0


@pytest.mark.parametrize("actions", ["theme=dark&view=source", "level=rounds", "fit=1&theme=light"])
def test_other_looks(show: Show, actions: str) -> None:
    show(*compiled("salary"), actions)


def test_twenty_thousand_steps(show: Show) -> None:
    graph = large_graph(rounds=400, steps=50)
    report = show(graph, None, (), "level=steps&fit=1")
    assert report["steps"] > 20_000
    assert report["boxes"] > 3 * 20_000
    found = show(graph, None, (), "find=bits.xor")
    assert found["found"] > 5_000
    assert found["at"]["label"] == "bits.xor"


def test_a_compiled_file_has_neither_source_nor_passes(show: Show) -> None:
    graph = compiled("salary")[0]
    assert show(graph, None, (), "view=source")["stages"] == []
