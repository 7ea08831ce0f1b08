"""Writes `data/` and `answer.json`: invented lists of the ads that people saw, and of what they bought."""

from pathlib import Path
from typing import Any

import numpy as np

from examples.writing import query, to_all, write_csv, write_json

HERE = Path(__file__).parent
PEOPLE, VIEWERS, BUYERS = 400, 300, 220
ADS, PURCHASES, HOURS = 6, 3, 8 * 7 * 24
CAMPAIGNS = ["search", "video", "social"]

QUERY = """
with seen as (
    select lower(trim(user)) as user, unnest(from_json(seen, '["int"]')) as hour,
        unnest(from_json(campaign, '["varchar"]')) as campaign
    from ads
), bought as (
    select lower(trim(user)) as user, unnest(from_json(bought, '["int"]')) as hour,
        unnest(from_json(cents, '["int"]')) as cents
    from purchases
), credited as (
    select any_value(bought.cents) as cents, arg_max(campaign, seen.hour) as campaign
    from bought join seen on bought.user = seen.user and seen.hour between bought.hour - 7 * 24 and bought.hour
    where bought.hour > 0 and seen.hour > 0
    group by bought.user, bought.hour
)
select campaign, count(*) as purchases, sum(cents)::bigint as cents from credited group by campaign
"""


def main() -> None:
    """The same files at every run: the seed is part of the example."""
    rng = np.random.default_rng(5)
    viewers = rng.choice(PEOPLE, VIEWERS, replace=False)
    buyers = rng.choice(PEOPLE, BUYERS, replace=False)
    seen = [hours(rng, ADS) for _ in viewers]
    bought = [hours(rng, PURCHASES) for _ in buyers]
    campaign = [[str(rng.choice(CAMPAIGNS)) if hour else "none" for hour in each] for each in seen]
    cents = [[int(rng.integers(500, 20_000)) if hour else 0 for hour in each] for each in bought]
    users = [f"user{number}@mail.example" for number in viewers]
    customers = [f"USER{number}@mail.example" for number in buyers]
    write_csv(HERE / "data" / "ads.csv", {"user": users, "seen": seen, "campaign": campaign})
    write_csv(HERE / "data" / "purchases.csv", {"user": customers, "bought": bought, "cents": cents})
    write_json(HERE / "answer.json", answer())


def hours(rng: np.random.Generator, most: int) -> list[int]:
    """Some different hours in order, with zeros before them: `most` numbers in all."""
    known = np.sort(rng.choice(np.arange(1, HOURS), rng.integers(1, most + 1), replace=False))
    return [0] * (most - len(known)) + known.tolist()


def answer() -> dict[str, dict[str, Any]]:
    """What each party must learn, from the files."""
    found = query(QUERY, HERE / "data")
    places = [found["campaign"].index(each) for each in CAMPAIGNS]
    earned = {f"{name}_earned": [found[name][place] for place in places] for name in ("purchases", "cents")}
    return to_all(["publisher", "shop"], earned)


if __name__ == "__main__":
    main()
