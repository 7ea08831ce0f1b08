"""The command that measures kernels: what it takes and refuses. Its numbers need a quiet machine and are not tested."""

from pathlib import Path

import pytest
from tacit.calibrate import main
from tacit.compilation import Options
from tacit.compiler.cost.cost import cost_by
from tacit.compiler.source import Source
from tacit.compiler.target import NETWORKS
from tacit.program import Program
from tacit.runtime.graph.times import Rate, Times, load_times


@pytest.mark.parametrize("arguments", [[], ["table.txt"], ["missing/table.json"], ["a.json", "b.json"], ["--chek"]])
def test_odd_arguments_are_refused(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "error:" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_help_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    assert "--check" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


def test_a_check_prints_predicted_and_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "richer"
    (folder / "data").mkdir(parents=True)
    (folder / "richer.mpc").write_text(
        "party a\nparty b\ninput x: int8 from a\ninput y: int8 from b\nreveal x > y as z\n"
    )
    (folder / "data" / "x.json").write_text("5")
    (folder / "data" / "y.json").write_text("6")
    main(["--check", str(tmp_path), "--networks", "lan", "--runs", "1"])
    lines = capsys.readouterr().out.split("\n")
    assert [line.split()[:3] for line in lines[1:3]] == [["richer", "rep3", "lan"], ["richer", "semi2k", "lan"]]


def test_a_dealer_works_for_each_value() -> None:
    source = "party a\nparty b\ninput x: int from a\ninput y: int from b\nreveal x * y as z\n"
    graph = Program(Source("p.mpc", "p.mpc", source), Options("semi2k")).graph_for({})
    times = load_times()
    slow = Times({**times.rates, "deal": Rate(times.rates["deal"].call + 1e6, 0.0)})
    known, slower = (cost_by(graph, lambda place: place, NETWORKS["lan"], one).program.total for one in (times, slow))
    assert slower.offline_seconds - known.offline_seconds == pytest.approx(3e-3)
    assert slower.seconds == known.seconds
