"""Random steps of a table program other than joins: each writes its line and lets DuckDB do the same."""

from dataclasses import replace

from tests.tables.expressions import condition, literal, number
from tests.tables.state import MATCHED, ORDERED, Case, Column, Table


def filtered(case: Case, table: Table) -> Table | None:
    if not table.of("int", "fixed"):
        return None
    name = case.fresh("f")
    mask, sql = condition(case, table, f"{table.name}.")
    case.lines.append(f"{name} = filter({table.name}, {mask})")
    return case.add(replace(table, name=name, filtered=True), f"select * from {table.name} where {sql}")


def extended(case: Case, table: Table) -> Table | None:
    """A new column, or an old one changed."""
    name, numbers = case.fresh("n"), table.of("int", "fixed")
    if not numbers:
        return None
    new = case.dice.choice(numbers) if case.dice.random() < 0.3 else case.fresh("x")
    text, sql, column = number(case, table, f"{table.name}.")
    if case.dice.random() < 0.25:
        text, sql = condition(case, table, f"{table.name}.")
        column = Column("bool", any(each.optional for each in table.columns.values()))
    elif case.dice.random() < 0.2 and table.of("cat", "date"):
        old = case.dice.choice(table.of("cat", "date"))
        value, value_sql = literal(case, table.columns[old].kind)
        text, sql = f"fill({table.name}.{old}, {value})", f"coalesce({old}, {value_sql})"
        column = replace(table.columns[old], optional=False)
    case.lines += [f"{name} = {table.name}", f"{name}.{new} = {text}"]
    columns = {**table.columns, new: column}
    others = ", ".join(each for each in columns if each != new)
    kept = f"{others}, " if others else ""
    return case.add(replace(table, name=name, columns=columns), f"select {kept}{sql} as {new}, i from {table.name}")


def renamed(case: Case, table: Table) -> Table:
    """Some columns dropped, one renamed."""
    name, columns = case.fresh("d"), dict(table.columns)
    dropped = case.dice.sample(list(columns), min(len(columns) - 1, case.dice.randint(0, 2)))
    text = f"drop({table.name}, ({', '.join(dropped)},))" if dropped else table.name
    columns = {each: column for each, column in columns.items() if each not in dropped}
    old, new = case.dice.choice(list(columns)), case.fresh("r")
    case.lines.append(f"{name} = rename({text}, {new}={old})")
    sources = {new if each == old else each: each for each in columns}
    chosen = ", ".join(f"{source} as {each}" for each, source in sources.items())
    columns = {each: columns[source] for each, source in sources.items()}
    return case.add(replace(table, name=name, columns=columns), f"select {chosen}, i from {table.name}")


def in_order(case: Case, names: list[str], directions: list[bool]) -> str:
    """An order by these columns, those that go down marked; what is missing comes last, and ties stay."""
    return ", ".join(
        [f"{name} {'desc' * down} nulls last" for name, down in zip(names, directions, strict=True)] + ["i"]
    )


def ordered(case: Case, table: Table) -> Table | None:
    names = case.dice.sample(table.of(*ORDERED), min(len(table.of(*ORDERED)), case.dice.randint(1, 3)))
    if not names:
        return None
    name, directions = case.fresh("s"), [case.dice.random() < 0.4 for _ in names]
    down = ", ".join(map(str, directions))
    each = ", ".join(names)
    by, descending = (f"({each})", f"({down})") if len(names) > 1 else (each, down)
    case.lines.append(f"{name} = sort({table.name}, by={by}, descending={descending})")
    return case.add(replace(table, name=name), f"select * from {table.name}", in_order(case, names, directions))


def united(case: Case, table: Table) -> Table:
    """Tables of the same columns, one below the other."""
    name, other = case.fresh("u"), case.dice.choice(case.tables)
    pairs: dict[str, tuple[str, str]] = {}
    for mine, column in table.columns.items():
        fitting = [each for each, theirs in other.columns.items() if theirs.kind == column.kind]
        if fitting:
            pairs[mine] = (mine, mine if mine in fitting else case.dice.choice(fitting))
    if not pairs:
        return table
    sides = (table.name, other.name)
    parts = [
        f"table({', '.join(f'{each}={side}.{pair[place]}' for each, pair in pairs.items())})"
        for place, side in enumerate(sides)
    ]
    case.lines.append(f"{name} = union({', '.join(parts)})")
    queries = [
        f"select {', '.join(f'{pair[place]} as {each}' for each, pair in pairs.items())}, {place} as o, i from {side}"
        for place, side in enumerate(sides)
    ]
    columns = {
        each: Column(
            table.columns[a].kind,
            table.columns[a].optional or other.columns[b].optional,
            max(table.columns[a].most, other.columns[b].most),
        )
        for each, (a, b) in pairs.items()
    }
    made = Table(name, columns, table.ordered and other.ordered, table.filtered or other.filtered)
    return case.add(made, " union all ".join(queries), "o, i")


def windowed(case: Case, table: Table) -> Table | None:
    """A column that looks at other rows of the same group."""
    dice, name, new = case.dice, case.fresh("w"), case.fresh("x")
    exact = table.of(*MATCHED, "fixed")
    by = dice.sample(exact, min(len(exact), dice.randint(0, 2)))
    order = dice.sample(table.of(*ORDERED), min(len(table.of(*ORDERED)), dice.randint(0, 2)))
    kind = dice.choice(["lag", "row_number", "rank", "cumsum"] if table.ordered else ["rank"])
    numbers = table.of("int", "fixed")
    if (not by and not order) or (kind == "rank" and not order) or (kind == "cumsum" and not numbers):
        return None
    value = dice.choice(numbers if kind == "cumsum" else list(table.columns)) if kind in ("lag", "cumsum") else ""
    arguments = [f"{table.name}.{value}"] if value else []
    for word, names in (("by", by), ("order", order)):
        listed = ", ".join(f"{table.name}.{each}" for each in names)
        arguments += [f"{word}=({listed})" if len(names) > 1 else f"{word}={listed}"] if names else []
    case.lines += [f"{name} = {table.name}", f"{name}.{new} = {kind}({', '.join(arguments)})"]
    places = [f"{each} nulls last" for each in order] + ["i"] * (kind != "rank")
    over = f"partition by {', '.join(by)} " * bool(by) + f"order by {', '.join(places)}"
    old = table.columns[value] if value else Column("int")
    call, column = {
        "lag": (f"lag({value}) over ({over})", replace(old, optional=True)),
        "row_number": (f"row_number() over ({over})", Column("int")),
        "rank": (f"rank() over ({over})", Column("int")),
        "cumsum": (
            f"case when {value or 0} is not null then sum({value or 0}) over ({over} rows unbounded preceding) end",
            replace(old, most=old.most * 30),
        ),
    }[kind]
    sql = f"select *, cast({call} as {'double' if column.kind == 'fixed' else 'bigint'}) as {new} from {table.name}"
    if kind == "lag":
        sql = f"select *, {call} as {new} from {table.name}"
    return case.add(replace(table, name=name, columns={**table.columns, new: column}), sql)
