"""Random expressions of a table's columns, as `.mpc` and as SQL write them, with what they hold."""

from tests.tables.state import LABELS, Case, Column, Table

Expression = tuple[str, str, Column]


def literal(case: Case, kind: str) -> tuple[str, str]:
    """A value of a kind."""
    dice = case.dice
    if kind == "cat":
        label = dice.choice(LABELS)
        return f'"{label}"', f"'{label}'"
    if kind == "date":
        day = f"2024-01-0{dice.randint(1, 4)}"
        return f'"{day}"', f"date '{day}'"
    if kind == "bool":
        value = dice.random() < 0.5
        return str(value), str(value)
    value = str(dice.randint(-3, 3) if kind == "int" else dice.randint(-8, 8) / 4)
    return value, value


def number(case: Case, table: Table, prefix: str, depth: int = 2) -> Expression:
    """A number for each row."""
    dice, names = case.dice, table.of("int", "fixed")
    kind = dice.choice(["column", "sum", "sum", "fill", "select", "abs", "product"]) if depth else "column"
    if kind == "column":
        name = dice.choice(names)
        return prefix + name, name, table.columns[name]
    a, a_sql, left = number(case, table, prefix, depth - 1)
    if kind == "abs":
        return f"abs({a})", f"abs({a_sql})", left
    if kind == "fill":
        value = dice.randint(-2, 2)
        return f"fill({a}, {value})", f"coalesce({a_sql}, {value})", Column(left.kind, False, left.most + 2)
    if kind == "product":
        value = dice.randint(-3, 3)
        return f"({a} * {value})", f"({a_sql} * {value})", Column(left.kind, left.optional, left.most * 3)
    b, b_sql, right = number(case, table, prefix, depth - 1)
    both = "fixed" if "fixed" in (left.kind, right.kind) else "int"
    column = Column(both, left.optional or right.optional, left.most + right.most)
    if kind == "sum":
        sign = dice.choice("+-")
        return f"({a} {sign} {b})", f"({a_sql} {sign} {b_sql})", column
    c, c_sql = condition(case, table, prefix, 1)
    return f"select({c}, {a}, {b})", f"(case when {c_sql} then {a_sql} else {b_sql} end)", column


def condition(case: Case, table: Table, prefix: str, depth: int = 2) -> tuple[str, str]:
    """A truth for each row; where it is missing, it does not hold."""
    dice = case.dice
    optional = [name for name, column in table.columns.items() if column.optional]
    kind = dice.choice(["compare", "compare", "label", "missing", "bool", "and", "or", "not"]) if depth else "compare"
    if kind == "missing" and optional:
        name = dice.choice(optional)
        return f"missing({prefix}{name})", f"({name} is null)"
    if kind == "bool" and table.of("bool"):
        name = dice.choice(table.of("bool"))
        return prefix + name, name
    if kind in ("and", "or", "not") and depth:
        a, a_sql = condition(case, table, prefix, depth - 1)
        if kind == "not":
            return f"(not {a})", f"(not {a_sql})"
        b, b_sql = condition(case, table, prefix, depth - 1)
        return f"({a} {kind} {b})", f"({a_sql} {kind} {b_sql})"
    if kind == "label" and table.of("cat", "date"):
        name = dice.choice(table.of("cat", "date"))
        sign = dice.choice(["==", "!="] if table.columns[name].kind == "cat" else ["==", "<", ">="])
        value, value_sql = literal(case, table.columns[name].kind)
        return f"({prefix}{name} {sign} {value})", _compared(name, sign, value_sql)
    a, a_sql, _ = number(case, table, prefix, 0)
    b, b_sql, _ = number(case, table, prefix, min(depth, 1))
    sign = dice.choice(["<", "<=", ">", ">=", "==", "!="])
    return f"({a} {sign} {b})", _compared(a_sql, sign, b_sql)


def _compared(a: str, sign: str, b: str) -> str:
    return f"coalesce({a} {sign.replace('==', '=')} {b}, false)"
