"""Writes `data/` and `answer.json`: the invented loans of three agencies, many of them to the same people."""

from pathlib import Path
from typing import Any

import numpy as np

from examples.writing import CENT, one_row, query, to_all, write_csv, write_json

HERE = Path(__file__).parent
PEOPLE, LIMIT = 220, 50_000 * CENT
LOANS = {"north": 130, "south": 110, "west": 80}

PERSONS = """
with loans as (
    select 'north' as agency, * from north_loans union all
    select 'south', * from south_loans union all
    select 'west', * from west_loans
), agencies as (
    select person, sum(owed)::bigint as owed, bool_or(overdue) as overdue from loans group by person, agency
), people as (
    select sum(owed)::bigint as owed, max(owed) as most, bool_or(overdue) as overdue, count(*) as lenders
    from agencies group by person
)
"""
UNSEEN = f"count(*) filter (owed > {LIMIT} and most <= {LIMIT})"
COUNTS = f"{PERSONS} select count(*) as borrowers, {UNSEEN} as unseen from people"
RANKS = f"{PERSONS} select overdue, owed, lenders from people order by overdue desc, owed desc limit 10"


def main() -> None:
    """The same files at every run: the seed is part of the example."""
    rng = np.random.default_rng(41)
    for agency, loans in LOANS.items():
        people = rng.integers(0, PEOPLE, loans)
        owed = np.round(rng.lognormal(9.6, 0.8, loans), 2) * CENT
        columns = {
            "person": [f"ID-{person:04}" for person in people],
            "owed": owed.astype(int).tolist(),
            "overdue": (rng.random(loans) < 0.015).tolist(),
        }
        write_csv(HERE / "data" / f"{agency}_loans.csv", columns)
    write_json(HERE / "data" / "limit.json", LIMIT)
    write_json(HERE / "answer.json", answer())


def answer() -> dict[str, dict[str, Any]]:
    """What each party must learn, from the files."""
    return to_all(list(LOANS), one_row(COUNTS, HERE / "data") | query(RANKS, HERE / "data"))


if __name__ == "__main__":
    main()
