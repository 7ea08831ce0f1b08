"""`docs/extending.md`, performed: its blocks, applied to a copy of the tree, add a function, an operation, a pass and a
protocol, and these work; an operation of which one place is forgotten fails the tests of completeness by name.

The copy is made of links, so that it costs little and has the compiled kernels of this tree.
"""

import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"^\*\*(?P<how>New file|At the end of|In) `(?P<path>[^`]+)`"
    r"(?:, (?P<where>after|before|instead of) `(?P<line>[^\n]+?)`)?:\*\*\n```(?:python|toml)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
PLACES = [
    "runtime/clear/functions.py",
    "runtime/graph/signatures.py",
    "compiler/ir/operations/functions.py",
    "compiler/protocols/numeric/odd.py",
]
"""The four places of an operation."""


@dataclass(frozen=True)
class Block:
    """A block of the page. `where` is its place beside the line of a file, if it says one."""

    how: str
    path: str
    where: str | None
    line: str | None
    text: str

    def apply(self, root: Path) -> None:
        """Puts the block where it says. A file that is changed is a link no longer."""
        path = root / self.path
        if self.how == "New file":
            path.parent.mkdir(exist_ok=True)
            with path.open("x", encoding="utf-8") as new:
                new.write(self.text)
            return
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        start, stop = self._place(lines)
        lines[start:stop] = [self.text]
        path.unlink()
        path.write_text("".join(lines), encoding="utf-8")

    def _place(self, lines: list[str]) -> tuple[int, int]:
        if self.where is None:
            return len(lines), len(lines)
        found = [number for number, line in enumerate(lines) if self.line is not None and self.line in line]
        assert len(found) == 1, f"{len(found)} lines of {self.path} contain {self.line!r}"
        return found[0] + (self.where == "after"), found[0] + (self.where != "before")


BLOCKS = [Block(**block.groupdict()) for block in BLOCK.finditer(PAGE)]


def link(source: Path, target: Path) -> None:
    """A folder of links to the files of another. Caches of compiled code are shared whole."""
    target.mkdir(exist_ok=True)
    if any(source.glob("*.py")):
        (source / "__pycache__").mkdir(exist_ok=True)
    for entry in source.iterdir():
        if entry.is_dir() and entry.name != "__pycache__":
            link(entry, target / entry.name)
        else:
            (target / entry.name).symlink_to(entry)


def extended(root: Path, left_out: str = "") -> Path:
    """A copy of the tree, as its packages install, with the blocks applied but for those of one file."""
    for folder in ("tacit", "tests", "docs"):
        link(ROOT / folder, root / folder)
    for folder in ("compiler", "runtime", "stdlib"):
        link(ROOT / folder, root / "tacit" / folder)
        (root / folder).symlink_to(root / "tacit" / folder)
    (root / "pyproject.toml").symlink_to(ROOT / "pyproject.toml")
    for block in BLOCKS:
        if block.path != left_out:
            block.apply(root)
    return root


def run_tests(root: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    """Runs tests of a copy, on the packages of the copy."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", *tests]
    settings = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    settings |= {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=root, env=settings, capture_output=True, text=True, check=False)


def test_every_block_says_where_it_goes() -> None:
    shown = re.findall(r"^```(\w+)$", PAGE, re.MULTILINE)
    assert len(BLOCKS) == sum(language in ("python", "toml") for language in shown) > 20
    assert {block.path for block in BLOCKS if "normal_cdf" in block.text} - set(PLACES) == {
        "tests/ir/test_operations.py",
        "tests/protocols/numeric/test_accuracy.py",
    }


def test_what_the_page_adds_works(tmp_path: Path) -> None:
    root = extended(tmp_path)
    done = run_tests(
        root,
        "tests/docs/additions.py",
        "tests/ir/test_operations.py",
        "tests/passes/test_texts.py::test_factor_products",
        "tests/passes/test_texts.py::test_factor_products_leaves_what_is_needed_anyway_or_outside",
        "tests/passes/test_meaning.py::test_a_pass_keeps_the_meaning[factor_products]",
        *(f"tests/protocols/numeric/test_accuracy.py::test_error_is_within_the_bound[normal_cdf-{f}]" for f in (8, 20)),
        *(
            f"tests/protocols/test_views.py::test_a_view_tells_nothing_beyond_what_the_node_holds[pair-{node}-{rule}]"
            for node in (0, 1)
            for rule in ("share by a client", "multiply", "less", "weigh", "multiply bit", "truncate 16", "from bits")
        ),
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_the_page_adds_is_in_order(tmp_path: Path) -> None:
    """As `make format` leaves it, it passes `make lint`; and its packages install."""
    root = extended(tmp_path)
    changed = sorted({block.path for block in BLOCKS if block.path.endswith(".py")})
    ruff = Path(sys.executable).with_name("ruff")
    for words in (["check", "--fix"], ["format"], ["check"]):
        done = subprocess.run(
            [ruff, *words, "--no-cache", *changed], cwd=root, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    listed = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    new = [Path(block.path).parent for block in BLOCKS if block.path.endswith("__init__.py")]
    assert ["tacit." + ".".join(folder.parts) in listed for folder in new] == [True]


@pytest.mark.parametrize("place", PLACES)
def test_a_forgotten_place_is_named(tmp_path: Path, place: str) -> None:
    done = run_tests(extended(tmp_path, left_out=place), "tests/ir/test_operations.py")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "'normal_cdf'" in done.stdout
