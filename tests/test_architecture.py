"""Holds the walls between the rooms, by reading every import. In: the source tree. Out: one failure for each breach."""

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = {"tacit": "tacit", "compiler": "tacit.compiler", "runtime": "tacit.runtime", "stdlib": "tacit.stdlib"}

ROOMS = (
    "tacit.stdlib",
    "tacit.runtime.graph",
    "tacit.runtime.errors",
    "tacit.runtime.clear",
    "tacit.runtime.available",
    "tacit.runtime.pages",
    "tacit.runtime.instructions",
    "tacit.runtime.kernels",
    "tacit.runtime.randomness.fresh",
    "tacit.runtime.transport",
    "tacit.runtime.randomness",
    "tacit.runtime.tape",
    "tacit.runtime.data.sources",
    "tacit.runtime.data.files",
    "tacit.runtime.data",
    "tacit.runtime.alignment",
    "tacit.runtime.plan",
    "tacit.runtime.run",
    "tacit.runtime.local",
    "tacit.runtime.deployed",
    "tacit.compiler.source",
    "tacit.compiler.diagnostics",
    "tacit.compiler.target",
    "tacit.compiler.stages",
    "tacit.compiler.syntax",
    "tacit.compiler.library",
    "tacit.compiler.ir",
    "tacit.compiler.compiled",
    "tacit.compiler.semantics.errors",
    "tacit.compiler.semantics.moments",
    "tacit.compiler.semantics.bounds",
    "tacit.compiler.semantics.type_names",
    "tacit.compiler.semantics.params",
    "tacit.compiler.semantics.defaults",
    "tacit.compiler.semantics.headings",
    "tacit.compiler.semantics.declarations",
    "tacit.compiler.semantics.state",
    "tacit.compiler.semantics.arrays",
    "tacit.compiler.semantics.builtins",
    "tacit.compiler.semantics.walk",
    "tacit.compiler.semantics",
    "tacit.compiler.protocols.rules",
    "tacit.compiler.protocols.circuits",
    "tacit.compiler.protocols.numeric",
    "tacit.compiler.protocols.operations",
    "tacit.compiler.protocols.rep3",
    "tacit.compiler.protocols.semi2k",
    "tacit.compiler.protocols",
    "tacit.compiler.passes.rounds",
    "tacit.compiler.cost",
    "tacit.compiler.passes.loops",
    "tacit.compiler.passes.simplify",
    "tacit.compiler.passes.ranges",
    "tacit.compiler.passes.sharing",
    "tacit.compiler.passes.lowering",
    "tacit.compiler.passes",
    "tacit.compiler.report.picture",
    "tacit.compiler.report",
    "tacit.compiler.pipeline",
    "tacit.compiler.passes.__main__",
)
"""The rooms from the foundation up: a room imports from rooms before it, never from one after it."""

FILES_IN_A_ROOM = 18
"""So many files of code a folder holds at most: with more, nobody finds the one that they look for."""


@dataclass(frozen=True)
class Module:
    """One source file: its import name, its syntax, and the names of the modules that it imports."""

    name: str
    path: Path
    tree: ast.Module
    is_package: bool

    @property
    def imports(self) -> dict[str, int]:
        """Full names of what is imported (`tacit.runtime.graph.nodes.Graph` as much as `numpy`), and the lines."""
        found: dict[str, int] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found.update({alias.name: node.lineno for alias in node.names})
            elif isinstance(node, ast.ImportFrom):
                base = self._base(node)
                found.update({f"{base}.{alias.name}": node.lineno for alias in node.names})
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "later":
                found.update({str(ast.literal_eval(name)): node.lineno for name in node.args})
        return found

    def _base(self, node: ast.ImportFrom) -> str:
        if node.level == 0:
            return node.module or ""
        parts = self.name.split(".")
        package = parts if self.is_package else parts[:-1]
        kept = package[: len(package) - node.level + 1]
        return ".".join([*kept, node.module] if node.module else kept)

    def at(self, line: int) -> str:
        """A place that an editor opens."""
        return f"{self.path.relative_to(ROOT)}:{line}"


def _modules() -> Iterator[Module]:
    for folder, package in FOLDERS.items():
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT / folder).with_suffix("").parts
            is_package = parts[-1] == "__init__"
            name = ".".join([package, *(parts[:-1] if is_package else parts)])
            yield Module(name, path, ast.parse(path.read_text(encoding="utf-8")), is_package)


MODULES = tuple(_modules())
NAMES = {module.name for module in MODULES}


def _own(imported: str) -> str | None:
    """The module of ours that an import needs: the longest prefix that is one."""
    parts = imported.split(".")
    prefixes = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((prefix for prefix in prefixes if prefix in NAMES), None)


def _importers(target: str) -> Iterator[tuple[Module, str]]:
    for module in MODULES:
        for imported, line in module.imports.items():
            if imported == target or imported.startswith(target + "."):
                yield module, module.at(line)


def _outside(target: str, *rooms: str) -> list[str]:
    """Places outside the rooms that import `target`."""
    return [place for module, place in _importers(target) if not _is_in(module.name, *rooms)]


def _is_in(name: str, *rooms: str) -> bool:
    return any(name == room or name.startswith(room + ".") for room in rooms)


def test_runtime_never_imports_the_compiler() -> None:
    breaches = [place for module, place in _importers("tacit.compiler") if _is_in(module.name, "tacit.runtime")]
    assert not breaches


def test_the_compiler_meets_the_runtime_in_two_places() -> None:
    """Graphs are made by protocols and passes, and named in the type of the pipeline's result."""
    allowed = {
        "tacit.runtime.graph": (
            "tacit.compiler.protocols",
            "tacit.compiler.passes",
            "tacit.compiler.pipeline",
            "tacit.compiler.compiled",
            "tacit.compiler.cost",
            "tacit.compiler.report",
        ),
        # All that Tacit refuses has one base, which users catch.
        "tacit.runtime.graph.errors": ("tacit.compiler.diagnostics",),
        "tacit.runtime.clear": ("tacit.compiler.ir",),
    }
    breaches = []
    for module, place in _importers("tacit.runtime"):
        if not _is_in(module.name, "tacit.compiler"):
            continue
        targets = [_own(imported) or imported for imported in module.imports if _is_in(imported, "tacit.runtime")]
        for target in targets:
            rooms = [room for door, rooms in allowed.items() if _is_in(target, door) for room in rooms]
            if not _is_in(module.name, *rooms):
                breaches.append(f"{place} imports {target}")
    assert not breaches


def test_nothing_below_imports_the_door() -> None:
    door = {module.name for module in MODULES if not _is_in(module.name, *list(FOLDERS.values())[1:])}
    breaches = [
        module.at(line)
        for module in MODULES
        if module.name not in door
        for imported, line in module.imports.items()
        if _own(imported) in door - {"tacit"} or imported == "tacit"
    ]
    assert not breaches


def test_the_graph_needs_only_numpy_and_the_standard_library() -> None:
    allowed = {"numpy", "tacit", *sys.stdlib_module_names}
    graph = [module for module in MODULES if _is_in(module.name, "tacit.runtime.graph")]
    breaches = [
        f"{module.at(line)} imports {imported}"
        for module in graph
        for imported, line in module.imports.items()
        if imported.split(".")[0] not in allowed
        or (_is_in(imported, "tacit") and not _is_in(imported, "tacit.runtime.graph"))
    ]
    assert not breaches


@pytest.mark.parametrize(
    ("target", "rooms"),
    [
        ("numba", ("tacit.runtime",)),
        ("llvmlite", ("tacit.runtime",)),
        ("lark", ("tacit.compiler.syntax",)),
        ("pyarrow", ("tacit.runtime.data",)),
        ("openpyxl", ("tacit.runtime.data.files.excel_files",)),
        ("duckdb", ("tacit.runtime.data.sources.sql_process",)),
        ("adbc_driver_postgresql", ("tacit.runtime.data.sources.sql_process",)),
        ("networkx", ("tacit.compiler",)),
        ("warnings", ("tacit.warn",)),
        ("rich", ("tacit.terminal.show", "tacit.terminal.tables")),
        ("socket", ("tacit.runtime.transport",)),
        ("socketserver", ("tacit.runtime.transport",)),
        ("ssl", ("tacit.runtime.transport",)),
        ("asyncio", ("tacit.runtime.transport",)),
        ("secrets", ("tacit.runtime.randomness",)),
        ("random", ()),
        ("uuid", ()),
        ("pickle", ()),
        ("marshal", ()),
        ("shelve", ()),
        ("cloudpickle", ()),
    ],
)
def test_only_its_room_imports(target: str, rooms: tuple[str, ...]) -> None:
    assert not _outside(target, *rooms)


def test_only_randomness_draws() -> None:
    breaches = [
        module.at(node.lineno)
        for module in MODULES
        if not _is_in(module.name, "tacit.runtime.randomness", "tacit.bench")  # whose inputs are nobody's
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.urandom", "np.random", "numpy.random"})
        or (isinstance(node, ast.ImportFrom) and any(alias.name == "urandom" for alias in node.names))
    ]
    assert not breaches


def test_only_protocols_emit_exchanges() -> None:
    """Readers of graph files, in the graph's own room, build again what a protocol emitted."""
    breaches = [
        module.at(node.lineno)
        for module in MODULES
        if not _is_in(module.name, "tacit.compiler.protocols", "tacit.runtime.graph")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "Exchange"
    ]
    assert not breaches


def test_imports_stand_at_the_top_and_name_what_they_take() -> None:
    breaches = []
    for module in MODULES:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
                breaches.append(f"{module.at(node.lineno)} star import")
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
                inner = [each for each in ast.walk(node) if isinstance(each, ast.Import | ast.ImportFrom)]
                breaches += [
                    f"{module.at(each.lineno)} import inside {getattr(node, 'name', 'lambda')}" for each in inner
                ]
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func).split(".")[-1] in {"__import__", "import_module"}
                and module.name != "tacit.runtime.graph.later"
            ):
                breaches.append(f"{module.at(node.lineno)} import by name")
    assert not breaches


def test_imports_of_our_own_are_relative() -> None:
    breaches = [
        module.at(node.lineno)
        for module in MODULES
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.ImportFrom) and node.level == 0 and (node.module or "").split(".")[0] == "tacit")
        or (isinstance(node, ast.Import) and any(alias.name.split(".")[0] == "tacit" for alias in node.names))
    ]
    assert not breaches


def test_no_cycles_between_modules() -> None:
    """A package's `__init__` counts as a module of its own; importing a module runs it, but that makes no cycle."""
    needs = {
        module.name: {own for imported in _runtime_imports(module) if (own := _own(imported)) and own != module.name}
        for module in MODULES
    }
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def _runtime_imports(module: Module) -> Iterator[str]:
    """Imports that happen: those under `if TYPE_CHECKING:` are for type checkers alone."""
    idle = {
        id(inner)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for inner in ast.walk(node)
    }
    body = [node for node in ast.walk(module.tree) if id(node) not in idle]
    yield from Module(module.name, module.path, ast.Module(body, []), module.is_package).imports


def _room(name: str) -> int:
    """The place of a module's room in `ROOMS`: that of the longest name that fits."""
    fitting = [place for place, room in enumerate(ROOMS) if _is_in(name, room)]
    return max(fitting, key=lambda place: len(ROOMS[place]))


def test_every_module_is_in_a_room() -> None:
    below = [module for module in MODULES if _is_in(module.name, *list(FOLDERS.values())[1:])]
    homeless = [module.name for module in below if not module.is_package and not _is_in(module.name, *ROOMS)]
    assert not homeless


def test_arrows_run_down() -> None:
    """Rooms are named in `ROOMS` from the foundation up, and no import goes up."""
    breaches = []
    for module in MODULES:
        if not _is_in(module.name, *ROOMS):
            continue
        for imported, line in module.imports.items():
            target = _own(imported)
            if target is not None and _is_in(target, *ROOMS) and _room(target) > _room(module.name):
                breaches.append(f"{module.at(line)} imports {target}, which stands above it")
    assert not breaches


def test_no_folder_is_crowded() -> None:
    folders = Counter(module.path.parent for module in MODULES if not module.is_package)
    assert {str(path.relative_to(ROOT)): count for path, count in folders.items() if count > FILES_IN_A_ROOM} == {}


def test_every_package_is_packaged() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = set(settings["tool"]["setuptools"]["packages"])
    programs = {"tacit.bench.programs"}  # no code of ours but what users read, under the examples
    assert listed - programs == {module.name for module in MODULES if module.is_package}


def test_no_path_of_one_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    absolute = re.compile(rb"(?<![\w.])/(home|root|Users|work|tmp/[A-Za-z])[/\"']")
    breaches = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in paths
        if path.is_file() and path != Path(__file__)
        for number, line in enumerate(path.read_bytes().split(b"\n"), start=1)
        if absolute.search(line)
    ]
    assert not breaches
