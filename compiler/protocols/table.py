"""The protocols: one row for each, its name as users write it and the class that offers its rules.

`refusal` tells a user that a protocol lacks what a program needs, and which protocols of the table have it.
"""

from ..diagnostics import Diagnostic
from ..source import Span
from .rep3.replicated import Replicated
from .rules.capabilities import WORDS
from .rules.linear import Linear
from .rules.protocol import Protocol
from .semi2k.additive import Additive

PROTOCOLS: dict[str, type[Linear]] = {"rep3": Replicated, "semi2k": Additive}


def refusal(span: Span, protocol: str, capability: type[Protocol]) -> Diagnostic:
    """The diagnostic that this place of a program needs a capability which the protocol lacks."""
    able = [name for name, other in PROTOCOLS.items() if issubclass(other, capability)]
    return Diagnostic(
        span,
        f"{protocol} cannot {WORDS[capability]}",
        expected="what the protocol offers",
        found=f"what needs a protocol that can {WORDS[capability]}",
        remedy=f"use --protocol {' or '.join(able)}" if able else "no protocol can do so yet",
    )
