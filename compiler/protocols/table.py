"""The protocols: one row for each, its name as users write it and the class that offers its rules."""

from .rep3.replicated import Replicated
from .rules.protocol import Protocol
from .semi2k.additive import Additive

PROTOCOLS: dict[str, type[Protocol]] = {"rep3": Replicated, "semi2k": Additive}
