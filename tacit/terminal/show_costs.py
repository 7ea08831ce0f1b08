"""Reports as tables. In: explanations, or what a run measured. Out: `Table`s."""

from collections.abc import Iterator, Mapping, Sequence

from ..comparison import Comparison
from ..compiler.cost.cost import Cost, Part
from ..compiler.cost.places import Line, Places, line_of
from ..compiler.protocols.table import PROTOCOLS
from ..compiler.report.explain import Explanation
from ..compiler.report.knowledge import Joined, Required, Told
from ..compiler.target import LOOPBACK, NETWORKS, Network
from ..runtime.graph.alignments import DELEGATED, OWN
from .amounts import bytes_text, names_text, plural, seconds_text
from .tables import Column, Table

_MOST_PARTIES = 4
"""Up to so many parties have a column each for what they send."""

_LEAST_SHARE = 0.01
"""Lines without communication, and with less than this share of the seconds, are one row together."""

_LONGEST = 64

_ALL = "all"


def explanation_tables(explanation: Explanation) -> list[Table]:
    """The tables of an explanation: who learns what, costs by line, memory, kinds of shares."""
    return [
        *knowledge_tables(explanation),
        *(cost_table(explanation, part) for part in explanation.lines.parts),
        memory_table(explanation),
        *_share_tables(explanation),
    ]


def knowledge_tables(explanation: Explanation) -> Iterator[Table]:
    """What each party learns, what is kept, which sizes become public, and what a stop would tell."""
    knowledge, places = explanation.knowledge, explanation.places
    learnt: dict[tuple[Told, ...], list[str]] = {}
    for role in knowledge.roles:
        learnt.setdefault(tuple(knowledge.of(role)), []).append(role)
    for helper in _helpers(explanation):
        learnt.setdefault(tuple(knowledge.of(helper)), []).append(helper)
    rows: list[tuple[str, ...]] = []
    for values, who in learnt.items():
        told = [_told(value, places) for value in values] or [("nothing", "", "", "", "")]
        rows += [(names_text(who) if number == 0 else "", *row) for number, row in enumerate(told)]
    headings = ("party", "learns", "type", "how often", "line", "expression")
    yield Table("Who learns what", tuple(map(Column, headings)), tuple(rows))
    if knowledge.kept:
        kept = tuple(_told(value, places) for value in knowledge.kept)
        yield Table("Kept as shares, which nobody can read alone", tuple(map(Column, headings[1:])), kept)
    if explanation.params:
        numbers = tuple((f"{name} = {text}",) for name, text in explanation.params)
        yield Table("Params, which all parties give alike", (Column(""),), numbers)
    if knowledge.sizes:
        sizes = tuple((f"{size.name} = {size.size:,}", "of " + ", ".join(size.inputs)) for size in knowledge.sizes)
        yield Table("Sizes that all parties learn", (Column(""), Column("")), sizes)
    if knowledge.joins:
        yield _join_table(explanation)
    if knowledge.required:
        bits = tuple(_required(bit, places) for bit in knowledge.required)
        title = "When the run stops, as all nodes learn"
        yield Table(title, (Column("if"), Column("asked"), Column("line")), bits)
    if knowledge.stops:
        stops = tuple((stop.role or _ALL, f"{stop.input} has a value {stop.beyond}") for stop in knowledge.stops)
        title = "Who may stop before the first round, and why; others see only that it stops"
        yield Table(title, (Column("party"), Column("if")), stops)


def _join_table(explanation: Explanation) -> Table:
    """What joins disclose, to whom, and what it would cost to disclose less."""
    places = explanation.places
    rows = [
        (
            f"{join.name} = {join.matched:,}",
            f"of {join.rows[0]:,} and {join.rows[1]:,} rows",
            places.name(Line(join.source, join.line)),
            bytes_text(sum(join.bytes)),
            _how_matched(join),
        )
        for join in explanation.knowledge.joins
    ]
    headings = ("matches", "", "line", "sent before the run", "how")
    return Table(
        "Joins: all parties learn how many keys match, and nobody which",
        tuple(Column(name) for name in headings),
        tuple(rows),
        notes=_on_hiding(explanation),
    )


def _how_matched(join: Joined) -> str:
    told = "; {} tells whether a key stands twice: {}".format(join.owners[0], "yes" if join.repeats else "no")
    return _who_matches(join) + ("" if join.repeats is None else told)


def _who_matches(join: Joined) -> str:
    if join.method == OWN:
        return f"{join.owners[0]} matches its own tables"
    several = ", and learns which rows, without names, have which keys in common" if join.alternatives > 1 else ""
    if join.method == DELEGATED:
        return f"{join.helper} matches tags of the keys, which tell it nothing else{several}"
    return f"{' and '.join(join.owners)} match keys that both have encrypted{several.replace('learns', 'learn')}"


def _on_hiding(explanation: Explanation) -> tuple[str, ...]:
    more = explanation.hiding
    if more is None:
        return ("hide_size=True would hide the number, at the cost of a sort of both tables' rows on shares",)
    return (
        f"hide_size=True would hide the number, for {more.rounds:+,} rounds, {_more_bytes(more.bytes)} "
        f"and {'-' * (more.seconds < 0)}{seconds_text(abs(more.seconds))} more; rows are then padded",
    )


def _more_bytes(count: int) -> str:
    return bytes_text(count) if count >= 0 else f"-{bytes_text(-count)}"


def cost_table(explanation: Explanation, part: Part[Line]) -> Table:
    """What each line costs in one execution of a part of the program."""
    places, parties = explanation.places, _sending(explanation)
    offline = part.total.offline_seconds > 0
    busy, quiet = _split(part.costs, part.total)
    rows = [
        (places.name(line), *_amounts(part.costs[line], parties, offline), _cut(places.text(line)))
        for line in places.in_order(busy)
    ]
    if quiet:
        seconds, blank = seconds_text(sum(cost.seconds for cost in quiet)), [""] * (2 + len(parties or [0]))
        rows.append(("", *blank, seconds, *(["", ""] if offline else []), f"{len(quiet)} more, without messages"))
    rows.append(("", *_amounts(part.total, parties, offline), "total"))
    columns = ("line", "rounds", "shared", *(parties.values() or ["sent"]), "seconds")
    columns += ("offline", "seconds") if offline else ()
    notes = ["shared: rounds in which a line talks too, but that are counted at another line"]
    if part.repeat is not None:
        notes.append("not part of the program's total: how often it happens is known only while it runs")
    return Table(
        f"{_title(part, places)}, {_network(explanation.network)}",
        (*(Column(name, is_number=True) for name in columns), Column("")),
        tuple(rows),
        totals=1,
        notes=tuple(notes if part.total.shared else notes[1:]),
    )


def profile_table(explanation: Explanation, comparison: Comparison) -> Table:
    """What each line cost, predicted and measured."""
    places = explanation.places
    rows = [
        (
            places.name(line),
            f"{measured.cost.rounds:,}",
            bytes_text(sum(measured.cost.bytes)),
            seconds_text(measured.cost.seconds),
            seconds_text(measured.seconds),
            _cut(places.text(line)),
        )
        for line in places.in_order(comparison.lines)
        for measured in [comparison.lines[line]]
        if measured.cost.rounds or measured.seconds >= _LEAST_SHARE * comparison.measured_seconds
    ]
    sums = (
        f"{comparison.rounds:,}",
        bytes_text(sum(comparison.bytes)),
        seconds_text(comparison.seconds),
        seconds_text(comparison.measured_seconds),
    )
    rows.append(("", *sums, "total"))
    rounds = f"{comparison.measured_rounds:,} {plural('round', comparison.measured_rounds)}"
    headings = ("line", "rounds", "sent", "predicted", "measured")
    return Table(
        f"Predicted and measured, {_network(explanation.network)}",
        (*(Column(name, is_number=True) for name in headings), Column("")),
        tuple(rows),
        totals=1,
        notes=(
            f"measured: {rounds}, {bytes_text(sum(comparison.measured_bytes))}, "
            f"{seconds_text(comparison.in_rounds)} of the time in rounds; mean over the parties",
        ),
    )


def memory_table(explanation: Explanation, measured: Sequence[int] = ()) -> Table:
    """The most memory that each party's values take at one time, where that is, and the measured peak if there is
    one."""
    places = explanation.places
    rows = [
        (
            explanation.parties[party],
            bytes_text(peak.bytes),
            *([bytes_text(measured[party])] if measured else []),
            places.name(line),
            _cut(places.text(line)),
        )
        for party, peak in enumerate(explanation.memory)
        for line in [line_of(peak.place)]
    ]
    amounts = ("predicted", "measured") if measured else ("memory",)
    columns = (Column("party"), *(Column(name, is_number=True) for name in (*amounts, "line")), Column(""))
    return Table("Memory, where most is needed", columns, tuple(rows))


def comparison_tables(explanations: Mapping[str, Mapping[str, Explanation]]) -> list[Table]:
    """Protocols side by side. `explanations` are by protocol and name of the network."""
    rows = []
    for name, by_network in explanations.items():
        one = next(iter(by_network.values()))
        once = one.lines.program.total
        seconds = [seconds_text(each.lines.program.total.seconds) for each in by_network.values()]
        offline = sum(once.offline_bytes)
        sent = (bytes_text(sum(once.bytes)), bytes_text(offline) if offline else "-")
        rows.append((name, str(one.nodes), f"{once.rounds:,}", *sent, *seconds))
    first = next(iter(next(iter(explanations.values())).values()))
    headings = ("nodes", "rounds", "sent", "offline", *(f"seconds {network}" for network in NETWORKS))
    columns = (Column("protocol"), *(Column(name, is_number=True) for name in headings))
    notes = [
        f"each turn of the `while` of line {part.place.line if part.place else 0} is not counted"
        for part in first.lines.parts
        if part.kind == "while"
    ]
    trust = tuple((name, PROTOCOLS[name].trust) for name in explanations)
    return [
        Table(f"{first.program} under every protocol", columns, tuple(rows), notes=tuple(notes)),
        Table("Trust", (Column(""), Column("")), trust),
        *knowledge_tables(first),
    ]


def heading(explanation: Explanation) -> str:
    """One line that says what is explained: program, protocol, parties."""
    nodes = ", ".join(explanation.parties[: explanation.nodes])
    others = ", ".join(explanation.parties[explanation.nodes :])
    return f"{explanation.program} with {explanation.protocol}: nodes {nodes}" + (
        f"; besides {others}" if others else ""
    )


# --- rows ---------------------------------------------------------------------------------------------------------


def _told(told: Told, places: Places) -> tuple[str, ...]:
    often = "once" if told.times == 1 else f"{told.times:,} times"
    line = places.name(_line(told))
    return told.name, told.type, f"{often} {told.when}".strip() if told.when else often, line, _cut(told.expression)


def _required(bit: Required, places: Places) -> tuple[str, ...]:
    often = "once" if bit.times == 1 else f"{bit.times:,} times"
    return bit.message, "as often as the run tells" if bit.is_conditional else often, places.name(_line(bit))


def _line(of: Told | Required) -> Line:
    return Line(of.source, of.line)


def _amounts(cost: Cost, parties: Mapping[int, str], offline: bool) -> tuple[str, ...]:
    sent = [bytes_text(cost.bytes[party]) for party in parties] or [bytes_text(sum(cost.bytes))]
    prepared = (bytes_text(sum(cost.offline_bytes)), seconds_text(cost.offline_seconds)) if offline else ()
    shared = f"{cost.shared:,}" if cost.shared else ""
    return f"{cost.rounds:,}", shared, *sent, seconds_text(cost.seconds), *prepared


def _split(costs: Mapping[Line, Cost], total: Cost) -> tuple[list[Line], list[Cost]]:
    """The lines that deserve a row, and the costs of the other lines."""
    busy = [
        line
        for line, cost in costs.items()
        if cost.rounds
        or cost.shared
        or any(cost.bytes)
        or any(cost.offline_bytes)
        or cost.seconds > _LEAST_SHARE * total.seconds
    ]
    return busy, [cost for line, cost in costs.items() if line not in busy]


def _sending(explanation: Explanation) -> dict[int, str]:
    """The parties that have a column of their own; none if there are too many."""
    online = explanation.lines.program.total.bytes
    sending = {
        party: name for party, name in enumerate(explanation.parties) if online[party] or party < explanation.nodes
    }
    return sending if len(sending) <= _MOST_PARTIES else {}


def _share_tables(explanation: Explanation) -> Iterator[Table]:
    rows = tuple(
        (explanation.places.name(held.line), held.name, held.type, held.kind)
        for held in sorted(explanation.shares, key=lambda held: held.line)
    )
    if rows:
        columns = (Column("line", is_number=True), Column("value"), Column("type"), Column("held as"))
        yield Table("How secret values are held", columns, rows)


def _title(part: Part[Line], places: Places) -> str:
    if part.place is None:
        return "Cost of each line"
    line = places.name(Line(part.place.source, part.place.line))
    what = "each turn of the `while`" if part.kind == "while" else "a branch of the `if`"
    return f"Cost of {what} of line {line}"


def _network(network: Network) -> str:
    if network == LOOPBACK:
        return "this machine"
    known = {value: name.upper() + " " for name, value in NETWORKS.items()}
    return f"{known.get(network, '')}{network.round_trip:g} ms, {network.bandwidth:g} Mbit/s"


def _helpers(explanation: Explanation) -> Iterator[str]:
    """Nodes that no role sits on."""
    taken = set(explanation.roles.values())
    yield from (explanation.parties[node] for node in range(explanation.nodes) if node not in taken)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
