"""The space between the words of a line. In: a logical line's tokens. Out: what stands before each token."""

from collections.abc import Sequence

from lark import Token

_ENDS_VALUE = frozenset({"NAME", "NUMBER", "STRING", "TRUE", "FALSE", "NONE", "RPAR", "RSQB", "QUESTION"})
_OPENING = frozenset({"LPAR", "LSQB"})
_CLOSING = frozenset({"RPAR", "RSQB"})


def gaps(tokens: Sequence[Token]) -> list[str]:
    """For each token the space before it, if it stands on one line with the token before."""
    found = [""]
    tight = _tight(tokens)
    for position in range(1, len(tokens)):
        before, token = tokens[position - 1], tokens[position]
        found.append(_gap(before, token, tight[position - 1], tight[position]))
    return found


def _gap(before: Token, token: Token, before_is_tight: bool, token_is_tight: bool) -> str:
    if token.type == "COMMENT":
        return "  "
    if before.type == "COMMA":
        return "" if token.type in _CLOSING else " "
    if before.type in _OPENING or before.type == "DOT" or before_is_tight:
        return ""
    if "RANGE" in (before.type, token.type):
        return ""
    if token.type in {"COMMA", "COLON", "DOT", "QUESTION", *_CLOSING}:
        return ""
    if token.type in _OPENING and before.type in _ENDS_VALUE:
        return ""
    return "" if token_is_tight and token.type == "EQUAL" else " "


def _tight(tokens: Sequence[Token]) -> list[bool]:
    """Which words have no space after them: signs before a value, colons of slices, `=` of named arguments."""
    found = []
    brackets: list[str] = []
    is_typed = is_default = False  # of the parameter at hand, in the header of a function
    first = tokens[0].type
    for position, token in enumerate(tokens):
        follows_value = position > 0 and (tokens[position - 1].type in _ENDS_VALUE or tokens[position - 1] == "...")
        is_type = first == "INPUT" or (first == "DEF" and is_typed and not is_default)
        has_default = first == "INPUT" or (first == "DEF" and is_typed and len(brackets) == 1)
        match token.type:
            case "LPAR" | "LSQB":
                brackets.append(token.type)
            case "RPAR" | "RSQB":
                brackets.pop()
            case "COMMA" if len(brackets) == 1:
                is_typed = is_default = False
            case "COLON" if len(brackets) == 1 and brackets[0] == "LPAR":
                is_typed = True
            case "EQUAL" if len(brackets) == 1:
                is_default = True
        found.append(
            token.type == "INVERT"
            or (token.type == "SIGN" and not follows_value)
            or (token.type == "COLON" and brackets[-1:] == ["LSQB"] and not is_type)
            or (token.type == "EQUAL" and bool(brackets) and not has_default)
        )
    return found
