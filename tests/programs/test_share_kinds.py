"""Ten programs of arithmetic and comparisons: what choosing kinds of shares gains, and that it changes no answer."""

import numpy as np
import pytest
from tacit.compiler.cost.places import Line
from tacit.compiler.ir.program import Program
from tacit.compiler.passes.sharing.choose_shares import choose_shares, compare_choices, explain_choices
from tacit.compiler.pipeline import lower
from tacit.compiler.protocols.table import PROTOCOLS
from tacit.compiler.target import NETWORKS, Target

from tests.programs.running import SETTINGS, elaborated, run_both_ways

HEAD = "party alice\nparty bob\n"
PROGRAMS = {
    "offers": """
input bids: int8[n] from alice
input limits: int8[n] from bob
best = bids[0] & limits[0]
paid = 0
for i in range(1, 16):
    best = max(best, best ^ bids[i])
    paid = paid * 2 + (limits[i] - bids[i]) * bids[i] - paid
reveal best
reveal paid
""",
    "nearest": """
input points: int8[n, 2] from alice
input query: int8[2] from bob
d = points - query
reveal argmin(sum(d * d, axis=1)) as place
""",
    "ages": """
input ages: int8[n] from alice
input limits: int8[n] from bob
seen = ages[0] & limits[0]
score = 0
for i in range(1, 16):
    seen = (seen | ages[i]) ^ (seen >> 2)
    score = score * 3 - (limits[i] if limits[i] > seen else 0)
reveal seen
reveal score
""",
    "flags": """
input words: int16[n] from alice
input masks: int16[n] from bob
mixed = (words & masks) ^ (words >> 3)
reveal count(mixed < masks) as hits
reveal max(mixed) as top
reveal sum((words - masks) * (words + masks)) as total
""",
    "checksum": """
input data: int32[n] from alice
input keys: int32[n] from bob
state = 0
total = 0
for i in range(16):
    state = (state ^ data[i] ^ keys[i]) & 65535
    total += (data[i] - keys[i]) * keys[i] + total
reveal state
reveal total
""",
    "spread": """
input x: int8[n] from alice
input y: int8[n] from bob
low = x[0] ^ y[0]
apart = 0
for i in range(1, 16):
    low = min(low, low & x[i])
    apart = apart + apart + (x[i] - y[i]) * (x[i] - y[i])
reveal low
reveal apart
""",
    "clipped": """
input x: fixed[n] from alice
input y: fixed[n] from bob
z = clip(x * y, -1.0, 1.0)
reveal sum(z) as total
reveal floor(max(z)) as top
""",
    "bands": """
input income: int16[n] from alice
input debt: int16[n] from bob
band = ((income ^ debt) >> 8) & 15
reveal max(band) as worst
reveal count(band == 15) as bad
reveal sum((income - debt) * debt) as exposure
""",
    "running": """
input rewards: int8[n] from alice
input costs: int8[n] from bob
level = rewards[0] ^ costs[0]
spent = costs[0] * rewards[0]
for i in range(1, 20):
    level = (level ^ rewards[i]) | costs[i]
    spent = spent * 3 + costs[i] * rewards[i] - spent
reveal level
reveal spent
""",
    "match": """
input left: int16[n] from alice
input right: int16[n] from bob
input pays: int32[n] from bob
near = (left ^ right) < 256
reveal sum(pays - left, where=near) as paid
reveal min(left ^ right) as least
""",
}
LARGE, SMALL = {"n": 20_000}, {"n": 30}
"""Sizes for costs, and for answers."""

TARGETS = {name: SETTINGS[name] for name in ("rep3", "semi2k")}


def target_for(program: Program, protocol: str, network: str = "lan") -> Target:
    name, nodes = SETTINGS[protocol]
    return Target.of(PROTOCOLS[name], program.roles, nodes=nodes, network=NETWORKS[network])


def before_choosing(text: str, protocol: str, network: str = "lan") -> tuple[Program, Target]:
    """What `choose_shares` is given."""
    program = elaborated(HEAD + text, LARGE)
    target = target_for(program, protocol, network)
    return lower(program, target).shared, target


def inputs_of(program: Program) -> dict[str, np.ndarray]:
    random = np.random.default_rng(7)
    found = {}
    for operation in program.body.operations:
        if operation.name == "input":
            (value,) = operation.results
            element = value.type.element
            bits = min(element.bits - 1, 18)
            found[operation.attributes["name"]] = random.integers(-(1 << bits), 1 << bits, value.type.shape)
    return found


@pytest.mark.parametrize("protocol", TARGETS)
@pytest.mark.parametrize("network", NETWORKS)
def test_the_chosen_kinds_are_never_dearer_and_often_much_cheaper(protocol: str, network: str) -> None:
    gained = []
    for text in PROGRAMS.values():
        compared = compare_choices(*before_choosing(text, protocol, network))
        other = min(compared.arithmetic, compared.boolean)
        assert compared.best <= other
        gained.append(compared.best <= 0.8 * other)
    assert sum(gained) >= len(PROGRAMS) / 2


@pytest.mark.parametrize("protocol", SETTINGS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_answers_stay(name: str, protocol: str) -> None:
    program = elaborated(HEAD + PROGRAMS[name], SMALL)
    both = run_both_ways(program, inputs_of(program), protocol)
    for role, values in both.clear.items():
        for output, array in values.items():
            apart = np.abs(both.protected[role][output].astype(np.int64) - array.astype(np.int64)).max(initial=0)
            assert apart <= (64 if name == "clipped" else 0), (role, output)


def test_a_choice_is_explained_with_what_the_other_one_costs() -> None:
    program, target = before_choosing(PROGRAMS["flags"], "rep3")
    explained = explain_choices(program, target)
    assert {one.kind for one in explained} == {"arithmetic", "boolean"}
    assert all(one.otherwise is None or one.program <= one.otherwise for one in explained)
    assert len({one.program for one in explained}) == 1
    assert all(one.alone is not None and one.alone <= one.program for one in explained)
    without = {one.operation for one in explained if one.otherwise is None}
    assert "multiply" in without and "less" not in without
    line = HEAD.count("\n") + PROGRAMS["flags"].splitlines().index("reveal max(mixed) as top") + 1
    there = explain_choices(program, target, Line("test.mpc", line))
    assert [one.operation for one in there] == ["max"]
    assert choose_shares(program, target) is not program
