"""Random joins: each writes its line and lets DuckDB do the same. Keys of the left side repeat, of any side may lack.

A side is a projection of a table, whose columns get new names, so that two sides share those of `on` alone.
"""

from dataclasses import replace

from tests.tables.state import MATCHED, Case, Column, Table

HOWS = ("inner", "left", "right", "outer", "semi", "anti")
MOST = 3
"""The largest number of rows of a key on the right side that `at_most=` allows here."""


def joined(case: Case, table: Table) -> Table | None:
    """Two tables, by one column or by two that must both agree."""
    dice, other = case.dice, case.dice.choice(case.tables)
    pairs = _pairs(case, table, other, dice.choice([1, 1, 2]))
    if not pairs:
        return None
    on = {case.fresh("k"): pair for pair in pairs}
    left, right = _side(case, table, on, 0), _side(case, other, on, 1)
    how = dice.choice(HOWS)
    most = 1 if how in ("semi", "anti") else most_rows(case, right, list(on))
    if most > MOST:
        return None
    case.may_repeat |= right.filtered and how not in ("semi", "anti")
    options = {"how": f'"{how}"'} | ({"at_most": str(most)} if most > 1 else {})
    if dice.random() < 0.3:
        options["hide_size"] = "True"
    names = next(iter(on)) if len(on) == 1 else dice.choice(["(%s)", "[%s]"]) % ", ".join(on)
    name = case.fresh("j")
    case.lines.append(f"{name} = join({left.name}, {right.name}, on={names}{_written(options)})")
    where = " and ".join(f"a.{each} = b.{each}" for each in on)
    made = _result(left, right, list(on), how, name)
    keeps_order = "hide_size" in options and how in ("left", "semi", "anti") and most == 1
    made = replace(made, ordered=left.ordered and keeps_order, filtered=True)
    return _told(case, case.add(made, _sql(left, right, list(on), how, where)), left, right, how)


def by_priority(case: Case, table: Table) -> Table | None:
    """Two tables by one column, or else by another; no key repeats, so that SQL has one answer."""
    dice, other = case.dice, case.dice.choice(case.tables)
    pairs = _pairs(case, table, other, 2)
    if len(pairs) < 2 or table.filtered or other.filtered:
        return None
    on = {case.fresh("k"): pair for pair in pairs}
    first, second = on
    left, right = _side(case, table, on, 0), _side(case, other, on, 1)
    if any(most_rows(case, side, [each]) > 1 for side in (left, right) for each in on):
        return None
    how = dice.choice(HOWS[:4])
    name = case.fresh("j")
    hide = ", hide_size=True" * (dice.random() < 0.3)
    case.lines.append(f'{name} = join({left.name}, {right.name}, on={first} or {second}, how="{how}"{hide})')
    met = f"select a.i as ai, b.i as bi from {left.name} a join {right.name} b on a.{{0}} = b.{{0}}"
    free = f"a.i not in (select ai from ({met.format(first)})) and b.i not in (select bi from ({met.format(first)}))"
    pairs_met = f"{met.format(first)} union all {met.format(second)} where {free}"
    where = f"(a.i, b.i) in (select (ai, bi) from ({pairs_met}))"
    made = _result(left, right, list(on), how, name)
    return _told(case, case.add(made, _sql(left, right, list(on), how, where)), left, right, how)


def three(case: Case, table: Table) -> Table | None:
    """Three tables in one call, which are joined one after the other."""
    dice = case.dice
    others = [dice.choice(case.tables) for _ in range(2)]
    name, key, how = case.fresh("j"), case.fresh("k"), dice.choice(["inner", "left"])
    pairs = _pairs(case, table, others[0], 1)
    if not pairs:
        return None
    mine, theirs = pairs[0]
    kind = table.columns[mine].kind
    last = [each for each, column in others[1].columns.items() if column.kind == kind]
    if not last:
        return None
    sources = [(table, mine), (others[0], theirs), (others[1], dice.choice(last))]
    sides = [_side(case, each, {key: (column,)}, 0) for each, column in sources]
    if any(most_rows(case, side, [key]) > 1 for side in sides[1:]):
        return None
    case.may_repeat |= any(side.filtered for side in sides[1:])
    tables = ", ".join(side.name for side in sides)
    case.lines.append(f'{name} = join({tables}, on={key}, how="{how}")')
    between = _result(sides[0], sides[1], [key], how, case.fresh("j"))
    where = f"a.{key} = b.{key}"
    case.add(between, _sql(sides[0], sides[1], [key], how, where))
    made = _result(between, sides[2], [key], how, name)
    added = case.add(made, _sql(between, sides[2], [key], how, where))
    case.tables.remove(between)
    return added


def most_rows(case: Case, table: Table, on: list[str]) -> int:
    """How many rows of the table have the same key, at most."""
    names, there = ", ".join(on), " and ".join(f"{each} is not null" for each in on)
    counts = f"select count(*) as n from {table.name} where {there} group by {names}"
    return max((row[0] for row in case.query(counts)), default=1)


def _pairs(case: Case, table: Table, other: Table, count: int) -> list[tuple[str, str]]:
    """Columns of the two tables that may be the keys of a join."""
    kinds = [kind for kind in MATCHED if table.of(kind) and other.of(kind)]
    chosen = case.dice.choices(kinds, [4 if kind == "key" else 1 for kind in kinds], k=count) if kinds else []
    found: list[tuple[str, str]] = []
    for kind in chosen:
        pair = (case.dice.choice(table.of(kind)), case.dice.choice(other.of(kind)))
        if all(pair[place] != each[place] for each in found for place in (0, 1)):
            found.append(pair)
    return found


def _side(case: Case, table: Table, on: dict[str, tuple[str, ...]], place: int) -> Table:
    """The table with its keys under new names, and some other columns under new names."""
    dice, name = case.dice, case.fresh("p")
    sources = {new: pair[place] for new, pair in on.items()}
    others = [each for each in table.columns if each not in sources.values()]
    sources |= {case.fresh("c"): each for each in dice.sample(others, min(len(others), dice.randint(0, 3)))}
    case.lines.append(f"{name} = table({', '.join(f'{new}={table.name}.{old}' for new, old in sources.items())})")
    columns = {new: table.columns[old] for new, old in sources.items()}
    chosen = ", ".join(f"{old} as {new}" for new, old in sources.items())
    made = case.add(replace(table, name=name, columns=columns), f"select {chosen}, i from {table.name}")
    case.tables.remove(made)
    return made


def _written(options: dict[str, str]) -> str:
    return "".join(f", {name}={value}" for name, value in options.items())


def _result(left: Table, right: Table, on: list[str], how: str, name: str) -> Table:
    """The columns of a joined table."""
    if how in ("semi", "anti"):
        return Table(name, left.columns, False, True)
    mine = {each: _lacking(column, how in ("right", "outer")) for each, column in left.columns.items()}
    theirs = {each: _lacking(column, how in ("left", "outer")) for each, column in right.columns.items()}
    keys = {each: _either(left.columns[each], right.columns[each]) for each in on}
    return Table(name, {**mine, **theirs, **keys}, False, True)


def _lacking(column: Column, lacks: bool) -> Column:
    return replace(column, optional=True, is_doubtful=not column.optional) if lacks else column


def _either(one: Column, other: Column) -> Column:
    return Column(one.kind, one.optional or other.optional, max(one.most, other.most))


def _sql(left: Table, right: Table, on: list[str], how: str, where: str) -> str:
    """The rows of a join, with what tells where each comes from."""
    if how in ("semi", "anti"):
        found = f"exists (select 1 from {right.name} b where {where})"
        return f"select * from {left.name} a where {'not ' * (how == 'anti')}{found}"
    keys = [f"case when a.i is null then b.{each} else a.{each} end as {each}" for each in on]
    mine = [f"a.{each}" for each in left.columns if each not in on]
    theirs = [f"b.{each}" for each in right.columns if each not in on]
    kind = {"outer": "full outer"}.get(how, how)
    there = ["a.i is not null as in_a_", "b.i is not null as in_b_", "a.i as i"]
    return f"select {', '.join(keys + mine + theirs + there)} from {left.name} a {kind} join {right.name} b on {where}"


def _told(case: Case, table: Table, left: Table, right: Table, how: str) -> Table:
    """The table, at times with a column that tells which rows have a partner."""
    if how in ("semi", "anti") or case.dice.random() < 0.5:
        return table
    side, letter = case.dice.choice([(left, "a"), (right, "b")])
    new, name = case.fresh("x"), case.fresh("n")
    case.lines += [f"{name} = {table.name}", f"{name}.{new} = {table.name}.in_{side.name}"]
    return case.mark(table, name, new, f"in_{letter}_")
