"""Modules by name, for `from name import ...`. In: a name and the program's folder. Out: the module's tree."""

from importlib.resources import as_file, files
from pathlib import Path

from .. import stdlib
from .syntax import tree
from .syntax.parser import parse
from .syntax.reading import read_source


def find_module(name: str, folder: Path) -> tree.Module | None:
    """The module `name.mpc` in the folder, or else in the standard library; None if neither has it.

    Raises CompileError if the module's text is wrong.
    """
    beside = folder / f"{name}.mpc"
    if beside.is_file():
        return parse(read_source(beside))
    with as_file(files(stdlib) / f"{name}.mpc") as standard:
        return parse(read_source(standard)) if standard.is_file() else None
