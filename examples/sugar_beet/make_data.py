"""Writes `data/` and `answer.json`: invented bids of a few farms and refineries at 40 prices."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from examples.writing import to_all, write_csv, write_json

HERE = Path(__file__).parent
SELLERS, BUYERS = 5, 3
PRICES = np.arange(120, 320, 5)
MEMBERS = [*(f"sellers[{number}]" for number in range(SELLERS)), *(f"buyers[{number}]" for number in range(BUYERS))]


def main() -> None:
    """The same files at every run: the seed is part of the example."""
    rng = np.random.default_rng(2008)
    offered = np.array([bid(rng, 40, 900) for _ in range(SELLERS)])
    wanted = np.array([bid(rng, 60, 1500)[::-1] for _ in range(BUYERS)])
    write_json(HERE / "data" / "prices.json", PRICES.tolist())
    header = [f"at_{price}" for price in PRICES]
    for name, bids in (("offered", offered), ("wanted", wanted)):
        write_csv(HERE / "data" / f"{name}.csv", dict(zip(header, bids.T.tolist(), strict=True)))
    write_json(HERE / "answer.json", answer())


def bid(rng: np.random.Generator, least: int, most: int) -> np.ndarray:
    """Tonnes that rise with the price, in a few steps."""
    steps = rng.choice([0, 1], len(PRICES), p=[0.8, 0.2]) * rng.integers(least, most // 4, len(PRICES))
    return np.minimum(np.cumsum(steps), most)


def answer() -> dict[str, dict[str, Any]]:
    """What all must learn, from the files: one price after the other, in plain Python."""
    prices = json.loads((HERE / "data" / "prices.json").read_text())
    supply, demand = (total(name) for name in ("offered", "wanted"))
    for price, sold, bought in zip(prices, supply, demand, strict=True):
        if sold >= bought:
            return to_all(MEMBERS, {"price": price, "tonnes": min(sold, bought)})
    return to_all(MEMBERS, {"price": 0, "tonnes": 0})


def total(name: str) -> list[int]:
    """The sum of all bids at each price."""
    bids = [line.split(",") for line in (HERE / "data" / f"{name}.csv").read_text().splitlines()[1:]]
    return [sum(map(int, column)) for column in zip(*bids, strict=True)]


if __name__ == "__main__":
    main()
