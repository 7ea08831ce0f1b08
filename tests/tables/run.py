"""Tries random table programs against DuckDB: `python -m tests.tables.run FIRST COUNT [PROTOCOL]`."""

import random
import sys

import tacit
from tacit.runtime.errors import InputError, TacitError

from tests.tables.cases import case, differences
from tests.tables.state import Case


def attempt(one: Case, protocol: str = "") -> list[str]:
    """What is wrong with the answers of this case."""
    program = tacit.compile(one.text, protocol=protocol) if protocol else tacit.compile(one.text)
    try:
        result = program.run(**one.inputs) if protocol else program.evaluate(one.inputs)
    except (TacitError, InputError) as problem:
        if one.may_repeat and "at_most=" in str(problem):
            return []
        return [f"{type(problem).__name__}: {problem}"]
    return differences(one, result.outputs["ann"])


def main(first: int, count: int, protocol: str = "") -> int:
    """Prints the cases that fail. Returns how many do."""
    failed = 0
    for number in range(first, first + count):
        one = case(random.Random(number))
        found: list[str] = []
        try:
            found = attempt(one, protocol)
        except Exception as problem:  # noqa: BLE001 (any failure of a case is what is looked for)
            found = [f"{type(problem).__name__}: {problem}"]
        if found:
            failed += 1
            print(f"--- {number}", one.text, *found, sep="\n")
    print(f"{failed} of {count} fail")
    return failed


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3]), *sys.argv[3:]) > 0)
