"""Random groups and aggregates: each is written as `.mpc` and as SQL, with what the column holds."""

from dataclasses import replace

from tests.tables.expressions import Expression, condition, number
from tests.tables.state import LABELS, MATCHED, Case, Column, Table

Aggregate = tuple[str, str, Column, str]
"""How `.mpc` and SQL write it, its column, and what it is of no rows in SQL."""


def grouped(case: Case, table: Table) -> Table | None:
    """A row for each group. Of categories alone, all labels have one."""
    dice, name = case.dice, case.fresh("g")
    exact = table.of(*MATCHED, "fixed")
    by = dice.sample(exact, min(len(exact), dice.choice([1, 1, 1, 2, 3])))
    if not by or any(table.columns[each].is_doubtful for each in by):
        return None
    made = dict(aggregate(case, table) for _ in range(dice.randint(1, 4)))
    calls = ", ".join(f"{each}={text}" for each, (text, *_) in made.items())
    keys = f"({', '.join(by)})" if len(by) > 1 else by[0]
    case.lines.append(f"{name} = group({table.name}, by={keys}, {calls})")
    columns = {each: table.columns[each] for each in by} | {each: column for each, (_, _, column, _) in made.items()}
    wanted = ", ".join(f"{sql} as {each}" for each, (_, sql, *_) in made.items())
    sql = f"select {', '.join(by)}, {wanted} from {table.name} group by {', '.join(by)}"
    if all(table.columns[each].kind == "cat" for each in by):
        sql = _of_all_labels(table, by, sql, {each: nothing for each, (_, _, _, nothing) in made.items()})
    order = ", ".join(f"{each} nulls last" for each in by)
    return case.add(Table(name, columns, not any(table.columns[each].kind == "key" for each in by)), sql, order)


def _of_all_labels(table: Table, by: list[str], sql: str, nothing: dict[str, str]) -> str:
    """The groups, and what an aggregate of no rows is for each label that no row has."""
    labels = ", ".join(map(repr, LABELS))
    grid = ", ".join(f"(select unnest([{labels}{', null' * table.columns[each].optional}]) as {each})" for each in by)
    same = " and ".join(f"l.{each} is not distinct from g.{each}" for each in by)
    names = [f"l.{each}" for each in by]
    names += [f"case when g.is_there then g.{each} else {value} end as {each}" for each, value in nothing.items()]
    groups = f"(select *, true as is_there from ({sql}))"
    return f"select {', '.join(names)} from (select * from {grid}) l left join {groups} g on {same}"


def aggregate(case: Case, table: Table, prefix: str = "") -> tuple[str, Aggregate]:
    """A name for an aggregate of a table's rows, and the aggregate. A prefix says that it stands outside `group`."""
    dice, numbers = case.dice, table.of("int", "fixed")
    kinds = ["sum", "mean", "count", "min", "max", "std", "var", "median", "quantile", "any", "all"]
    if not prefix:
        kinds += ["rows", "count_distinct"] + ["first", "last"] * table.ordered
    kind = dice.choice(kinds) if numbers else "count"
    where, where_sql = condition(case, table, prefix, 1) if numbers and dice.random() < 0.3 else ("", "true")
    only, chosen = f", where={where}" * bool(where), f" filter (where {where_sql})" * bool(where)
    if kind == "rows":
        made = (f"count(where={where})" if where else "count()", f"count(*){chosen}", Column("int"), "0")
    elif kind in ("any", "all"):
        test, sql = condition(case, table, prefix, 1)
        whole, nothing = ("bool_or", "false") if kind == "any" else ("bool_and", "true")
        skipped = f" filter (where ({where_sql}) and ({sql}) is not null)"
        made = (f"{kind}({test}{only})", f"coalesce({whole}({sql}){skipped}, {nothing})", Column("bool"), nothing)
    elif kind in ("first", "last", "count_distinct", "count"):
        made = _of_any_column(case, table, prefix, kind, only, where_sql)
    else:
        made = _of_a_number(case, number(case, table, prefix, 1), kind, only, chosen)
    return case.fresh("a"), made


def _of_any_column(case: Case, table: Table, prefix: str, kind: str, only: str, where: str) -> Aggregate:
    names = [each for each, column in table.columns.items() if kind not in ("first", "last") or column.kind != "key"]
    name = case.dice.choice(names)
    column, counted = table.columns[name], Column("int")
    there = f" filter (where ({where}) and {name} is not null)"
    holding = f"count(*) filter (where ({where}) and {name})" if column.kind == "bool" else f"count({name}){there}"
    sql, made = {
        "count": (holding, counted),
        "count_distinct": (f"count(distinct {name}){there}", counted),
        "first": (f"first({name} order by i){there}", replace(column, optional=True)),
        "last": (f"last({name} order by i){there}", replace(column, optional=True)),
    }[kind]
    return f"{kind}({prefix}{name}{only})", sql, made, "0" if made is counted else "null"


def _of_a_number(case: Case, given: Expression, kind: str, only: str, chosen: str) -> Aggregate:
    x, sql, column = given
    share = case.dice.choice([0, 0.25, 0.3, 0.5, 0.9, 1])
    rounded, whole = Column("real", True, column.most**2), "bigint" if column.kind == "int" else "double"
    written, made = {
        "sum": (f"cast(coalesce(sum({sql}){chosen}, 0) as {whole})", Column(column.kind, False, column.most * 30)),
        "mean": (f"avg({sql}){chosen}", rounded),
        "min": (f"min({sql}){chosen}", replace(column, optional=True)),
        "max": (f"max({sql}){chosen}", replace(column, optional=True)),
        "std": (f"stddev_pop({sql}){chosen}", rounded),
        "var": (f"var_pop({sql}){chosen}", rounded),
        "median": (f"median({sql}){chosen}", rounded),
        "quantile": (f"quantile_cont({sql}, {share}){chosen}", rounded),
    }[kind]
    share_text = f", {share}" * (kind == "quantile")
    return f"{kind}({x}{share_text}{only})", written, made, "0" if kind == "sum" else "null"
