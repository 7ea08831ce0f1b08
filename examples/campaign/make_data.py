"""Writes `data/` and `answer.json`: invented users of a platform and customers of a shop, many the same people."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from examples.writing import query, to_all, write_csv, write_json

HERE = Path(__file__).parent
PEOPLE, VIEWERS, CUSTOMERS = 1200, 900, 800
START, DAYS = date(2024, 3, 1), 45
TURNS, RATE = 100, 3.0

FEATURES = """
with people as (
    select *, coalesce(bought between seen and seen + 14, false) as answered
    from viewers join customers on lower(trim(viewers.email)) = lower(trim(customers.email))
)
select seen < date '2024-04-01' as early, answered, (age < 30)::int as young, (age >= 50)::int as old,
    (visits >= 10)::int as frequent, mobile::int as mobile, (orders >= 5)::int as loyal,
    (spent > avg(spent) over ())::int as spender, (member and visits >= 10)::int as known, 1 as one
from people
"""


def main() -> None:
    """The same files at every run: the seed is part of the example."""
    rng = np.random.default_rng(31)
    age, visits = rng.integers(18, 75, PEOPLE), rng.poisson(9, PEOPLE)
    mobile, member = rng.random(PEOPLE) < 0.6, rng.random(PEOPLE) < 0.4
    orders = rng.poisson(4, PEOPLE)
    spent = np.round(orders * rng.lognormal(3.5, 0.5, PEOPLE), 2).clip(0, 5000)
    seen = rng.integers(0, DAYS, PEOPLE)
    taste = -1.9 + 1.1 * (age < 30) - 0.9 * (age >= 50) + 1.2 * (visits >= 10) + 0.7 * (orders >= 5)
    taste += 0.9 * (spent > spent.mean()) + 0.8 * (member & (visits >= 10)) - 0.3 * mobile
    answers = rng.random(PEOPLE) < 1 / (1 + np.exp(-1.6 * taste))
    bought = np.where(answers, seen + rng.integers(0, 15, PEOPLE), seen + rng.integers(-40, 0, PEOPLE))
    buys = answers | (rng.random(PEOPLE) < 0.7)
    viewers, customers = (rng.choice(PEOPLE, size, replace=False) for size in (VIEWERS, CUSTOMERS))
    platform = {
        "email": [f"person{number}@mail.example" for number in viewers],
        "seen": [day(seen[number]) for number in viewers],
        "age": age[viewers].tolist(),
        "visits": visits[viewers].tolist(),
        "mobile": mobile[viewers].tolist(),
    }
    shop = {
        "email": [f"Person{number}@Mail.example" for number in customers],
        "bought": [day(bought[number]) if buys[number] else "" for number in customers],
        "orders": orders[customers].tolist(),
        "spent": spent[customers].tolist(),
        "member": member[customers].tolist(),
    }
    write_csv(HERE / "data" / "viewers.csv", platform)
    write_csv(HERE / "data" / "customers.csv", shop)
    write_json(HERE / "answer.json", answer())


def day(number: int) -> str:
    """The date so many days after the campaign began."""
    return (START + timedelta(days=int(number))).isoformat()


def answer() -> dict[str, dict[str, Any]]:
    """What both must learn, from the files: joined by DuckDB, trained in double precision."""
    columns = {name: np.array(values) for name, values in query(FEATURES, HERE / "data").items()}
    early, answered = columns.pop("early"), columns.pop("answered")
    features = np.column_stack(list(columns.values())).astype(float)
    weights = np.zeros(features.shape[1])
    for _ in range(TURNS):
        error = early * (1 / (1 + np.exp(-features @ weights)) - answered)
        weights -= RATE / len(features) * (features.T @ error)
    picked = features @ weights > 0
    late = ~early
    counts = {
        "in_common": early | late,
        "tested": late,
        "tested_answered": late & answered,
        "picked": late & picked,
        "picked_answered": late & picked & answered,
    }
    outputs = {"weights": weights.tolist()} | {name: int(mask.sum()) for name, mask in counts.items()}
    return to_all(["platform", "shop"], outputs)


if __name__ == "__main__":
    main()
