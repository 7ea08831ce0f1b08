"""placeholder"""
from ..diagnostics import Diagnostic
from ..source import Span
from . import grammar
from .build import build
from .layout import span_of
def diagnose(source, lines):
    found = []
    for line in lines:
        tokens = (*line.tokens, line.end)
        r = grammar.parse_line(tokens)
        if isinstance(r, grammar.Stop):
            found.append(Diagnostic(span_of(source, tokens[r.position]), "cannot be read", ", ".join(sorted(r.expected)), str(tokens[r.position])))
        else:
            found += build(source, r)[1]
    return found
