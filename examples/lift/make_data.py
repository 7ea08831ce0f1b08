"""Writes `data/` and `answer.json`: 600 invented people, half of them shown an ad, and the shop where some buy."""

from pathlib import Path
from typing import Any

import numpy as np

from examples.writing import one_row, write_csv, write_json

HERE = Path(__file__).parent
PEOPLE, STRANGERS = 600, 120

QUERY = """
with users as (
    select exposed, purchases.user is not null as bought, least(coalesce(amount, 0), 500) as amount
    from exposures left join purchases on lower(trim(exposures.user)) = lower(trim(purchases.user))
), arms as (
    select avg(amount) filter (exposed) - avg(amount) filter (not exposed) as lift,
        1.96 * sqrt(var_pop(amount) filter (exposed) / count(*) filter (exposed)
            + var_pop(amount) filter (not exposed) / count(*) filter (not exposed)) as margin,
        count(*) filter (bought) as buyers
    from users
)
select lift, lift - margin as at_least, lift + margin as at_most, buyers from arms
"""


def main() -> None:
    """The same files at every run: the seed is part of the example."""
    rng = np.random.default_rng(11)
    exposed = rng.random(PEOPLE) < 0.5
    buys = rng.random(PEOPLE) < np.where(exposed, 0.42, 0.28)
    known = [f"person{number}@mail.example" for number in range(PEOPLE)]
    strangers = [f"stranger{number}@mail.example" for number in range(STRANGERS)]
    buyers = [*(user for user, bought in zip(known, buys, strict=True) if bought), *strangers]
    order = rng.permutation(len(buyers))
    amounts = np.round(rng.lognormal(3.4, 0.8, len(buyers)), 2)
    write_csv(HERE / "data" / "exposures.csv", {"user": known, "exposed": exposed.tolist()})
    typed = [as_typed(buyers[place], rng) for place in order]
    write_csv(HERE / "data" / "purchases.csv", {"user": typed, "amount": amounts.tolist()})
    write_json(HERE / "answer.json", answer())


def as_typed(address: str, rng: np.random.Generator) -> str:
    """As a customer types it into a form: capitals here, a space there."""
    return [address, address.capitalize(), address.upper(), f"{address} "][rng.integers(4)]


def answer() -> dict[str, dict[str, Any]]:
    """What each party must learn, from the files."""
    outputs = one_row(QUERY, HERE / "data")
    told = {name: outputs[name] for name in ("lift", "at_least", "at_most")}
    return {"publisher": told, "advertiser": outputs}


if __name__ == "__main__":
    main()
