"""Writes `data/` and `answer.json`: invented patients of two hospitals, many of them the same people."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from examples.writing import query, to_all, write_csv, write_json

HERE = Path(__file__).parent
PEOPLE, RECORDS, VISITS = 500, 400, 250

QUERY = """
with patients as (
    select date_diff('day', born, visit) as age, greatest(pressure, systolic) as pressure, *
    from records join visits on records.patient = visits.patient
), scored as (
    select days_in_bed, (age >= 50 * 365)::int + 2 * (age >= 65 * 365)::int
        + (patients.pressure >= 140)::int + 2 * (patients.pressure >= 160)::int
        + 2 * (cholesterol >= 5 * hdl)::int + 2 * smoker::int + 2 * diabetic::int as points
    from patients
), strata as (
    select case when points < 3 then 0 when points < 6 then 1 else 2 end as stratum, days_in_bed from scored
)
select stratum, count(*) as members, avg(days_in_bed) as mean_days from strata group by stratum order by stratum
"""


def main() -> None:
    """The same files at every run: the seed is part of the example."""
    rng = np.random.default_rng(1948)
    age = rng.normal(58, 14, PEOPLE).clip(20, 95)
    born = [date(2023, 6, 1) - timedelta(days=int(years * 365.25)) for years in age]
    smoker, diabetic = rng.random(PEOPLE) < 0.22, rng.random(PEOPLE) < 0.12
    pressure = (112 + 0.4 * (age - 40) + rng.normal(0, 14, PEOPLE)).astype(int)
    hdl, cholesterol = rng.normal(52, 11, PEOPLE).clip(25).astype(int), rng.normal(205, 35, PEOPLE).astype(int)
    burden = (age - 40) / 20 + 1.5 * smoker + 1.5 * diabetic + (pressure - 120) / 25
    days = rng.poisson(np.exp(0.4 * burden).clip(0, 40))
    records, visits = (rng.choice(PEOPLE, size, replace=False) for size in (RECORDS, VISITS))
    general = {
        "patient": [f"P{100_000 + number}" for number in records],
        "born": [born[number].isoformat() for number in records],
        "smoker": smoker[records].tolist(),
        "pressure": pressure[records].tolist(),
        "hdl": hdl[records].tolist(),
    }
    clinic = {
        "patient": [f"P{100_000 + number}" for number in visits],
        "visit": [(date(2023, 6, 1) + timedelta(days=int(rng.integers(0, 365)))).isoformat() for _ in visits],
        "systolic": (pressure[visits] + rng.normal(0, 8, VISITS)).astype(int).tolist(),
        "cholesterol": cholesterol[visits].tolist(),
        "diabetic": diabetic[visits].tolist(),
        "days_in_bed": days[visits].tolist(),
    }
    write_csv(HERE / "data" / "records.csv", general)
    write_csv(HERE / "data" / "visits.csv", clinic)
    write_json(HERE / "answer.json", answer())


def answer() -> dict[str, dict[str, Any]]:
    """What each party must learn, from the files."""
    found = query(QUERY, HERE / "data")
    mean_days = [
        mean if members >= 10 else 0 for members, mean in zip(found["members"], found["mean_days"], strict=True)
    ]
    return to_all(["general_hospital", "heart_clinic"], {"members": found["members"], "mean_days_in_bed": mean_days})


if __name__ == "__main__":
    main()
