"""Writes `data/`: invented gene fragments, each of laboratory B a mutated copy of that of laboratory A."""

import csv
from pathlib import Path

import numpy as np

DATA = Path(__file__).parent / "data"
PAIRS, LETTERS = 40, 12


def mutated(fragment: np.ndarray, mutations: int, rng: np.random.Generator) -> np.ndarray:
    """A copy after some insertions, deletions and replacements, cut or filled to the same length."""
    letters = list(fragment)
    for _ in range(mutations):
        place, change = rng.integers(len(letters)), rng.integers(3)
        if change == 0:
            letters[place] = rng.integers(4)
        elif change == 1:
            letters.insert(place, rng.integers(4))
        else:
            del letters[place]
    letters += list(rng.integers(0, 4, LETTERS))
    return np.array(letters[:LETTERS])


def main() -> None:
    """The same files at every run: the seed is part of the example."""
    rng = np.random.default_rng(1974)
    a = rng.integers(0, 4, (PAIRS, LETTERS))
    b = np.array([mutated(fragment, int(rng.integers(0, 6)), rng) for fragment in a])
    DATA.mkdir(exist_ok=True)
    for name, fragments in (("a_fragments", a), ("b_fragments", b)):
        with (DATA / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(fragments.tolist())


if __name__ == "__main__":
    main()
