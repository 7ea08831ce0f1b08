"""The passes that make programs simpler at level 2, in the order of the pipeline, for one target."""

from tacit.compiler.ir.program import Program
from tacit.compiler.passes.simplify.compare_early import compare_early
from tacit.compiler.pipeline import SIMPLIFY, WIDEN
from tacit.compiler.protocols.table import PROTOCOLS
from tacit.compiler.target import NETWORKS, Network, Target


def compared_early(program: Program, protocol: str = "rep3", network: Network = NETWORKS["lan"]) -> Program:
    return compare_early(program, Target.of(PROTOCOLS[protocol], program.roles, network=network))


SIMPLIFYING = (*SIMPLIFY[2], compared_early, *WIDEN[2])
