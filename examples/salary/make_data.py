"""Writes `data/`: the invented staff of two companies, log-normal salaries around a median for each grade."""

import csv
import json
from pathlib import Path

import numpy as np

DATA = Path(__file__).parent / "data"
MEDIANS = {"junior": 42.0, "senior": 68.0, "manager": 95.0}
SHARES = [0.5, 0.35, 0.15]


def main() -> None:
    """The same files at every run: the seed is part of the example."""
    rng = np.random.default_rng(2024)
    DATA.mkdir(exist_ok=True)
    for company, people, level in (("north", 180, 1.0), ("south", 120, 1.08)):
        grades = rng.choice(list(MEDIANS), people, p=SHARES)
        with (DATA / f"{company}_staff.csv").open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["grade", "salary"])
            for grade in grades:
                writer.writerow([grade, f"{MEDIANS[grade] * level * rng.lognormal(0, 0.18):.1f}"])
    (DATA / "quartile_bounds.json").write_text(json.dumps([45.0, 58.5, 76.0]) + "\n")


if __name__ == "__main__":
    main()
