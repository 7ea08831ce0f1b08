"""The parser's tables, made beforehand and kept beside the grammar. In: a parser as text, or Lark's. Out: the other.

Making the tables from the grammar takes 0.2 s, reading them 15 ms. The tables belong to one text of the grammar and to
one version of Lark, whose own format they have. For any other text or version the parser is made anew.

States and terminals are numbered in an order that depends on the grammar alone, so a grammar always has the same text.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import lark
from lark import Lark
from lark.grammar import Rule
from lark.lexer import TerminalDef

_GIVEN = frozenset({"postlex"})
"""Options that are objects. Whoever reads the tables gives them again."""


def written(parser: Lark, grammar: str) -> str:
    """The parser of a grammar as text."""
    data, memo = parser.memo_serialize([TerminalDef, Rule])
    known = _renumbered_memo(memo)
    parts = data["parser"]
    content = {
        "lark": lark.__version__,
        "grammar": _digest(grammar),
        "memo": sorted(({"id": known[key], **_plain(value)} for key, value in memo.items()), key=_id),
        "options": {name: value for name, value in data["options"].items() if name not in _GIVEN},
        "rules": [known[each["@"]] for each in data["rules"]],
        "lexer": _plain(parts["lexer_conf"]) | {"terminals": sorted(_known(parts["lexer_conf"]["terminals"], known))},
        "parser": _plain(parts["parser_conf"]) | {"rules": _known(parts["parser_conf"]["rules"], known)},
        "table": _renumbered_table(parts["parser"], known),
    }
    return json.dumps(content, separators=(",", ":"), sort_keys=True).replace("],[[", "],\n[[") + "\n"


def read(text: str, grammar: str, **given: Any) -> Lark | None:
    """The parser that `written` wrote; None if it belongs to another grammar or another version of Lark."""
    content = json.loads(text)
    if content["lark"] != lark.__version__ or content["grammar"] != _digest(grammar):
        return None
    memo = {each.pop("id"): each for each in content["memo"]}
    parts = {
        "lexer_conf": content["lexer"] | {"terminals": _references(content["lexer"]["terminals"])},
        "parser_conf": content["parser"] | {"rules": _references(content["parser"]["rules"])},
        "parser": _table(content["table"]),
        "__type__": "ParsingFrontend",
    }
    data = {"parser": parts, "rules": _references(content["rules"]), "options": content["options"], "__type__": "Lark"}
    parser: Lark = Lark._load_from_dict(data, memo, **given)
    return parser


def _digest(grammar: str) -> str:
    return sha256(grammar.encode()).hexdigest()


def _id(entry: Mapping[str, Any]) -> int:
    number: int = entry["id"]
    return number


def _plain(value: Any) -> Any:
    """The value with lists in place of tuples, as JSON gives it back."""
    return json.loads(json.dumps(value))


def _renumbered_memo(memo: Mapping[int, Any]) -> dict[int, int]:
    """A number for each terminal and rule, which depends only on what it is."""
    ordered = sorted(memo, key=lambda key: json.dumps(memo[key], sort_keys=True))
    return {key: number for number, key in enumerate(ordered)}


def _known(references: list[Any], known: Mapping[int, int]) -> list[int]:
    return [known[each["@"]] for each in references]


def _references(numbers: list[int]) -> list[dict[str, int]]:
    return [{"@": number} for number in numbers]


def _renumbered_table(table: Mapping[str, Any], known: Mapping[int, int]) -> dict[str, Any]:
    """The LALR table. Each state is a list of `[symbol, kind of action, state or rule]`."""
    names: dict[int, str] = table["tokens"]
    symbols = sorted(names.values())
    states: dict[int, dict[int, tuple[int, Any]]] = table["states"]
    found = list(dict.fromkeys(table["start_states"][start] for start in sorted(table["start_states"])))
    numbers = {state: number for number, state in enumerate(found)}
    for state in found:  # which grows
        shifts = sorted((names[symbol], to) for symbol, (is_reduce, to) in states[state].items() if not is_reduce)
        for _, to in shifts:
            if to not in numbers:
                numbers[to] = len(found)
                found.append(to)
    rows = [
        sorted(
            [symbols.index(names[symbol]), kind, known[to["@"]] if kind else numbers[to]]
            for symbol, (kind, to) in states[state].items()
        )
        for state in found
    ]
    ends = {start: numbers[state] for start, state in table["end_states"].items()}
    starts = {start: numbers[state] for start, state in table["start_states"].items()}
    return {"symbols": symbols, "states": rows, "starts": starts, "ends": ends}


def _table(content: Mapping[str, Any]) -> dict[str, Any]:
    states = {
        number: {symbol: (kind, {"@": to} if kind else to) for symbol, kind, to in row}
        for number, row in enumerate(content["states"])
    }
    tokens = dict(enumerate(content["symbols"]))
    return {"tokens": tokens, "states": states, "start_states": content["starts"], "end_states": content["ends"]}
