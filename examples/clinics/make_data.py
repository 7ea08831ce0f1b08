"""Writes `data/`: the Wisconsin diagnostic breast-cancer records, columns split between two clinics, a fifth held out.

Needs scikit-learn, a development dependency, for its bundled copy of the records (Wolberg, Street and Mangasarian,
UCI Machine Learning Repository, 1995, CC BY 4.0). The files are committed: only who wants to make them again runs this.
"""

import csv
from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer

DATA = Path(__file__).parent / "data"
COLUMNS_OF_A = 15
HELD_OUT = 114
SHUFFLE_SEED = 7


def main() -> None:
    """Shuffles once, so that the held-out records are like the others, and writes one file for each input."""
    records = load_breast_cancer()
    order = np.random.default_rng(SHUFFLE_SEED).permutation(len(records.target))
    parts = {"test": order[:HELD_OUT], "train": order[HELD_OUT:]}
    names = [name.replace(" ", "_") for name in records.feature_names]
    for part, rows in parts.items():
        features, malignant = records.data[rows], records.target[rows] == 0
        write(f"a_{part}", names[:COLUMNS_OF_A], features[:, :COLUMNS_OF_A].tolist())
        write(f"b_{part}", names[COLUMNS_OF_A:], features[:, COLUMNS_OF_A:].tolist())
        write(f"malignant_{part}", ["malignant"], [[str(value).lower()] for value in malignant])


def write(name: str, header: list[str], rows: list[list[object]]) -> None:
    """Writes `data/NAME.csv`."""
    DATA.mkdir(exist_ok=True)
    with (DATA / f"{name}.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
