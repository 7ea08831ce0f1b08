"""Writes `data/` and `answers/`: a small TPC-H database, split between a retailer and a warehouse.

The columns follow the rules of TPC-H's own generator (specification 3.0.1, clause 4.2.3), over two years of orders
rather than seven. The answers are what DuckDB answers to the queries of the specification on the whole database. What
each party brings is what the queries beside this file find in the party's own part of the database.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from examples.writing import query, to_all, write_csv, write_json

HERE = Path(__file__).parent
CUSTOMERS, ORDERS, PARTS = 45, 300, 40
FIRST_DAY, TODAY = np.datetime64("1994-01-01"), np.datetime64("1995-06-17")
ORDER_DAYS = 730 - 121 - 30
SEGMENTS = ["AUTOMOBILE", "BUILDING", "FURNITURE", "HOUSEHOLD", "MACHINERY"]
TYPES = (
    ["STANDARD", "SMALL", "MEDIUM", "LARGE", "ECONOMY", "PROMO"],
    ["ANODIZED", "BURNISHED", "PLATED", "POLISHED", "BRUSHED"],
    ["TIN", "NICKEL", "BRASS", "STEEL", "COPPER"],
)

QUERIES = {
    "q1": """
        select l_returnflag as return_flag, l_linestatus as line_status, sum(l_quantity)::bigint as sum_qty,
            (sum(price) * 100)::bigint as sum_base_price, (sum(price * (1 - disc)) * 10000)::bigint as sum_disc_price,
            (sum(price * (1 - disc) * (1 + tax)) * 1000000)::bigint as sum_charge, avg(l_quantity) as avg_qty,
            avg(price)::double * 100 as avg_price, avg(disc)::double * 100 as avg_disc, count(*) as count_order
        from lines where l_shipdate <= date '1995-12-01' - interval 90 day
        group by l_returnflag, l_linestatus order by l_returnflag, l_linestatus
        """,
    "q3": """
        select l_orderkey as order, (sum(price * (1 - disc)) * 10000)::bigint as revenue,
            o_orderdate::varchar as order_date, o_shippriority as ship_priority
        from customer, orders, lines
        where c_mktsegment = 'BUILDING' and c_custkey = o_custkey and l_orderkey = o_orderkey
            and o_orderdate < date '1995-03-15' and l_shipdate > date '1995-03-15'
        group by l_orderkey, o_orderdate, o_shippriority order by revenue desc, o_orderdate limit 10
        """,
    "q6": """
        select (sum(price * disc) * 10000)::bigint as revenue
        from lines
        where l_shipdate >= date '1994-01-01' and l_shipdate < date '1994-01-01' + interval 1 year
            and disc between 0.06 - 0.01 and 0.06 + 0.01 and l_quantity < 24
        """,
    "q14": """
        select 100.00 * sum(case when p_type like 'PROMO%' then price * (1 - disc) else 0 end)::double
            / sum(price * (1 - disc))::double as promo_revenue
        from lines, part
        where l_partkey = p_partkey and l_shipdate >= date '1995-09-01'
            and l_shipdate < date '1995-09-01' + interval 1 month
        """,
}
EXACT = """
with lines as (
    select *, l_extendedprice::decimal(15, 2) as price, l_discount::decimal(4, 2) as disc, l_tax::decimal(4, 2) as tax
    from lineitem
)
"""

Columns = dict[str, Any]


def main() -> None:
    """The same files at every run: the seed is part of the example. Each owner puts its own tables together at home."""
    rng = np.random.default_rng(2004)
    customer, part, orders = customers(rng), parts(rng), all_orders(rng)
    lineitem = line_items(rng, orders, part)
    tables = {"customer": customer, "part": part, "orders": orders, "lineitem": lineitem}
    for name, columns in tables.items():
        write_csv(HERE / "database" / f"{name}.csv", {column: as_list(values) for column, values in columns.items()})
    for name in ("billed", "shipped", "orders", "lines"):
        write_csv(HERE / "data" / f"{name}.csv", query((HERE / f"{name}.sql").read_text(), HERE / "database"))
    for name in QUERIES:
        write_json(HERE / "answers" / f"{name}.json", answer(name))


def customers(rng: np.random.Generator) -> Columns:
    """The table `customer`."""
    return {"c_custkey": np.arange(1, CUSTOMERS + 1), "c_mktsegment": rng.choice(SEGMENTS, CUSTOMERS)}


def parts(rng: np.random.Generator) -> Columns:
    """The table `part`, with the retail price that a part's key gives."""
    key = np.arange(1, PARTS + 1)
    syllables = [rng.choice(words, PARTS) for words in TYPES]
    price = (90_000 + key // 10 % 20_001 + 100 * (key % 1_000)) / 100
    return {
        "p_partkey": key,
        "p_type": [" ".join(words) for words in zip(*syllables, strict=True)],
        "p_retailprice": price,
    }


def all_orders(rng: np.random.Generator) -> Columns:
    """The table `orders`. Eight keys in every 32 are used, and every third customer orders nothing."""
    number = np.arange(ORDERS)
    ordering = np.array([key for key in range(1, CUSTOMERS + 1) if key % 3])
    return {
        "o_orderkey": number // 8 * 32 + number % 8 + 1,
        "o_custkey": rng.choice(ordering, ORDERS),
        "o_orderdate": FIRST_DAY + rng.integers(0, ORDER_DAYS, ORDERS),
        "o_shippriority": np.zeros(ORDERS, int),
    }


def line_items(rng: np.random.Generator, orders: Columns, part: Columns) -> Columns:
    """The table `lineitem`, with one to seven lines of each order."""
    lines = list(each_line(rng, orders, part))
    return {name: [line[name] for line in lines] for name in lines[0]}


def each_line(rng: np.random.Generator, orders: Columns, part: Columns) -> Iterator[dict[str, object]]:
    """The lines, one after the other."""
    for order, ordered in zip(orders["o_orderkey"], orders["o_orderdate"], strict=True):
        for number in range(1, rng.integers(1, 8) + 1):
            place, quantity = rng.integers(PARTS), rng.integers(1, 51)
            ship_date = ordered + rng.integers(1, 122)
            received = ship_date + rng.integers(1, 31)
            yield {
                "l_orderkey": int(order),
                "l_linenumber": number,
                "l_partkey": int(part["p_partkey"][place]),
                "l_quantity": int(quantity),
                "l_extendedprice": f"{quantity * part['p_retailprice'][place]:.2f}",
                "l_discount": f"{rng.integers(0, 11) / 100:.2f}",
                "l_tax": f"{rng.integers(0, 9) / 100:.2f}",
                "l_returnflag": str(rng.choice(["R", "A"])) if received <= TODAY else "N",
                "l_linestatus": "O" if ship_date > TODAY else "F",
                "l_shipdate": str(ship_date),
            }


def as_list(values: Any) -> list[object]:
    """A column as the file has it."""
    return [str(value) if isinstance(value, np.datetime64) else value for value in values]


def answer(name: str) -> dict[str, dict[str, Any]]:
    """What both must learn from a query: DuckDB's own answer on the whole database."""
    found = query(EXACT + QUERIES[name], HERE / "database")
    if name == "q1":
        return to_all(["retailer", "warehouse"], {"report": found})
    scalar = name in ("q6", "q14")
    return to_all(["retailer", "warehouse"], {key: each[0] if scalar else each for key, each in found.items()})


if __name__ == "__main__":
    main()
