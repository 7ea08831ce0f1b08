"""Writes `data/` and `answer.json`: invented viewers of a platform and buyers of a shop, some the same people."""

from pathlib import Path
from typing import Any

import numpy as np

from examples.writing import one_row, to_all, write_csv, write_json

HERE = Path(__file__).parent
PEOPLE, VIEWERS, BUYERS = 900, 500, 300

QUERY = """
select count(*) as people, sum(cents)::bigint as cents
from viewers join buyers on lower(trim(viewers.user)) = lower(trim(buyers.user))
"""


def main() -> None:
    """The same files at every run: the seed is part of the example."""
    rng = np.random.default_rng(23)
    viewers = [f"user{number}@mail.example" for number in rng.choice(PEOPLE, VIEWERS, replace=False)]
    buyers = [f"User{number}@Mail.Example" for number in rng.choice(PEOPLE, BUYERS, replace=False)]
    cents = rng.integers(500, 20_000, BUYERS)
    write_csv(HERE / "data" / "viewers.csv", {"user": viewers})
    write_csv(HERE / "data" / "buyers.csv", {"user": buyers, "cents": cents.tolist()})
    write_json(HERE / "answer.json", answer())


def answer() -> dict[str, dict[str, Any]]:
    """What each party must learn, from the files."""
    return to_all(["platform", "shop"], one_row(QUERY, HERE / "data"))


if __name__ == "__main__":
    main()
