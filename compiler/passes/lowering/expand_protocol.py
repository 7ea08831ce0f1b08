"""From IR with share kinds to a protocol graph. In: a program after `choose_shares`, a target. Out: a `Graph`.

A value that somebody knows is computed in the clear, by its owner or by the parties that `place_public` finds. A secret
value is computed by the rules of the protocol. An operation on arrays becomes the same nodes whatever their sizes. A
loop becomes one repeat, and a branch becomes two repeats that run once or not at all.

Assumes that calls are inlined. Ensures that the graph passes `runtime.graph.check`.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from ....runtime.graph.nodes import ROLE_EVERYONE, Graph, Parties, Place, Storage, ValueType
from ...diagnostics import CompileError, Diagnostic
from ...ir.labels import REVEALED, Knowledge
from ...ir.operations.row import Form
from ...ir.operations.table import row_of
from ...ir.program import Operation, Program, Region, Value
from ...ir.rewrite import walk
from ...ir.types import ArrayType, Kind
from ...protocols.circuits import circuits
from ...protocols.operations.sharing import converted, opened, shared
from ...protocols.operations.table import expand
from ...protocols.rules.conversions import Conversions
from ...protocols.rules.expansion import Expansion, Wire, bits, booleans
from ...protocols.rules.protocol import offered
from ...protocols.rules.rows import Rows
from ...protocols.rules.shares import Arithmetic, Boolean, Clear, Share, flat_parts, regroup
from ...protocols.rules.use import BOOLEAN, Use
from ...protocols.table import PROTOCOLS
from ...source import Span
from ...target import Target
from . import describe_data
from .place_public import place_public
from .tell_later import Later


def expand_protocol(program: Program, target: Target) -> Graph:
    """The graph of all parties together. Raises CompileError for a `while` that needs prepared randomness."""
    expander = _Expander(program, target)
    expander.block(program.body)
    return Graph(
        protocol=target.protocol,
        program=program.name,
        parties=target.parties,
        nodes=target.nodes,
        roles=dict(target.roles),
        types=tuple(expander.g.types),
        body=expander.g.body,
        places=tuple(expander.places),
        inputs=(*describe_data.inputs(program), *expander.p.declarations()),
        outputs=describe_data.outputs(program),
        preprocessing=target.preprocessing,
    )


class _Expander:
    """A walk over a program. `values` maps IR values to what they have become; `places` numbers source places."""

    def __init__(self, program: Program, target: Target) -> None:
        self.target = target
        self.g = Expansion.of(target)
        self.p = PROTOCOLS[target.protocol](self.g)
        self.values: dict[Value, Share] = {}
        self.known: dict[Value, np.ndarray[Any, Any]] = {}
        self.public = place_public(program, target)
        self.later = Later(self.g)
        self.required: Wire | None = None
        self.places: dict[Place, int] = {}

    def block(self, region: Region) -> list[Share]:
        """Expands a region's operations here and returns what its results have become."""
        outer = self.g.span, self.required
        for operation in region.operations:
            self.g.span = self.place(operation.span)
            results = WAYS[row_of(operation).form](self, operation)
            results = [self.told_to_clients(*each) for each in zip(operation.results, results, strict=True)]
            self.values.update(zip(operation.results, results, strict=True))
        self.g.span, self.required = outer
        return [self.values[result] for result in region.results]

    def place(self, span: Span) -> int:
        place = Place(span.source.name, span.line, span.column, span.end_line, span.end_column)
        return self.places.setdefault(place, len(self.places))

    def holders(self, value: Value) -> Parties:
        """The parties that hold a value in the clear."""
        owner = value.label.owner
        return self.public.holders[value] if owner is None else (self.target.party_of(owner),)

    def told_to_clients(self, value: Value, share: Share) -> Share:
        """The value, sent to clients if they need it and cannot compute it."""
        to = self.public.sent.get(value)
        return share if to is None else Clear(self.g.send(share.parts[0], to))

    # --- values ----------------------------------------------------------------------------------------------------

    def compute(self, operation: Operation) -> list[Share]:
        self.check_places(operation)
        (result,) = operation.results
        operands = tuple(self.values[operand] for operand in operation.operands)
        if _is_secret(result):
            known = tuple(self.known.get(operand) for operand in operation.operands)
            return [expand(Use(self.p, operation, operands, known))]
        rule = row_of(operation).clear
        assert rule is not None, f"{operation.name} has no clear meaning"
        kernel, attributes = rule(tuple(operand.type for operand in operation.operands), operation.attributes)
        wires = [wire for operand in operands for wire in operand.parts]
        at = self.holders(result)
        return [Clear(self.g.local(f"clear.{kernel}", _clear_type(result.type), *wires, at=at, **attributes))]

    def input(self, operation: Operation) -> list[Share]:
        (value,) = operation.results
        name = operation.attributes["name"]
        if not operation.attributes["shares"]:
            return [Clear(self.g.input(name, _clear_type(value.type), self.holders(value)))]
        shape, is_bits = value.type.shape, value.share == BOOLEAN
        kind = bits(shape, value.type.element.bits) if is_bits else self.p.number(shape)
        parts = [self.g.input(part_name(name, part), kind, self.g.nodes, shares=True) for part in range(self.p.parts)]
        return [Boolean(tuple(parts)) if is_bits else Arithmetic(tuple(parts))]

    def constant(self, operation: Operation) -> list[Share]:
        (value,) = operation.results
        self.known[value] = operation.attributes["value"]
        return [Clear(self.g.constant(operation.attributes["value"], _clear_type(value.type), self.holders(value)))]

    def share(self, operation: Operation) -> list[Share]:
        (result,) = operation.results
        clear = self.values[operation.operands[0]]
        assert isinstance(clear, Clear)
        is_public = operation.operands[0].label.is_public
        return [shared(self.p, clear, result, result.share, is_public=is_public)]

    def convert(self, operation: Operation) -> list[Share]:
        (value,) = operation.operands
        return [converted(offered(self.p, Conversions), self.values[value], value)]

    # --- effects ---------------------------------------------------------------------------------------------------

    def reveal(self, operation: Operation) -> list[Share]:
        value = self.values[operation.operands[0]]
        name, roles = operation.attributes["name"], operation.attributes["roles"]
        if roles is None:
            to = self.g.nodes if self.later.is_passed_by else (*self.g.nodes, *self.g.clients)
        else:
            to = tuple(sorted({self.target.party_of(role) for role in roles}))
        known = opened(self.p, self.held_back(value, operation.operands[0]), operation.operands[0].type.element, to)
        for role in (ROLE_EVERYONE,) if roles is None else roles:
            self.g.output(known.wire, name, role, to if roles is None else (self.target.party_of(role),))
        if roles is None:
            self.later.tell(name, known.wire)
        return [known] if operation.results else []

    def save(self, operation: Operation) -> list[Share]:
        for part, wire in enumerate(self.values[operation.operands[0]].parts):
            name = part_name(operation.attributes["name"], part)
            self.g.output(wire, name, ROLE_EVERYONE, self.g.nodes, kept=True)
        return []

    def check(self, operation: Operation) -> list[Share]:
        (condition,) = self.values[operation.operands[0]].parts
        self.g.local("check", condition.type, condition, message=operation.attributes["message"])
        return []

    def require(self, operation: Operation) -> list[Share]:
        """Opens one bit to all nodes, each of which stops where the bit is false.

        A node sends no part of what the program reveals later before it has seen the bit (`held_back`). So a run that
        stops tells no more than that the bit is false, at this place of the program, and a run that goes on no more
        than that it is true. Everything else that is sent meanwhile is masked, as ever.
        """
        bit = self.values[operation.operands[0]]
        known = opened(self.p, bit, operation.operands[0].type.element, self.g.nodes).wire
        known = self.g.local("require", known.type, known, message=operation.attributes["message"])
        self.required = known if self.required is None else self.g.after(known, self.required)
        return []

    def held_back(self, share: Share, value: Value) -> Share:
        """What is about to be revealed, not to be had before all that is required has been found true."""
        if self.required is None or value.label.is_public or isinstance(share, Rows):
            return share
        wires = []
        for wire in share.parts:
            has_seen = self.required
            if not set(wire.at) <= set(has_seen.at):
                # A client tells something of its own: the nodes tell it first that the run goes on.
                has_seen = self.g.send(has_seen, wire.at)
            wires.append(self.g.after(wire, has_seen))
        return share.with_parts(wires)

    def check_places(self, operation: Operation) -> None:
        """Checks revealed places as soon as they are known, not when the data that they index is known.

        Otherwise a program that fails could have revealed more in the meantime.
        """
        for place, axis, window in row_of(operation).places(operation):
            if place.label == REVEALED and place.type.size:
                (wire,) = self.values[place].parts
                size = operation.operands[0].type.shape[axis]
                self.g.local("check_index", wire.type, wire, size=size, window=window)

    # --- control ---------------------------------------------------------------------------------------------------

    def passing_by(self, operation: Operation) -> AbstractContextManager[None]:
        """The context of a loop or branch. Clients that pass it by are told afterwards what it reveals to all."""
        if operation in self.public.followed:
            return nullcontext()
        reveals = [each for region in operation.regions for each in walk(region) if row_of(each).form is Form.TOLD]
        told = [each for each in reveals if each.attributes["roles"] is None]
        return self.later.passing_by({each.attributes["name"]: _clear_type(each.operands[0].type) for each in told})

    def loop(self, operation: Operation) -> list[Share]:
        (region,) = operation.regions
        turn, *arguments = region.arguments
        count = operation.attributes["count"]
        initial = self.carried(operation.operands, arguments)
        own = flat_parts(initial)
        with self.passing_by(operation):
            later = self.later.loop()

            def body(index: Wire, wires: list[Wire]) -> list[Wire]:
                later.begin(wires[len(own) :])
                self.values[turn] = Clear(index)
                self.values.update(zip(arguments, regroup(initial, wires), strict=True))
                return [*flat_parts(map(self.in_planes, self.block(region), arguments)), *later.end()]

            wires = self.g.repeat(count, [*own, *later.initial], body, self.holders(turn))
            later.close(wires[len(own) :], has_turns=count > 0)
        return list(regroup(initial, wires))

    def while_(self, operation: Operation) -> list[Share]:
        (region,) = operation.regions
        (condition,) = self.values[operation.operands[0]].parts
        initial = self.carried(operation.operands[1:], region.arguments)
        own = flat_parts(initial)
        with self.passing_by(operation):
            later = self.later.loop()

            def body(wires: list[Wire]) -> tuple[Wire, list[Wire]]:
                later.begin(wires[len(own) :])
                self.values.update(zip(region.arguments, regroup(initial, wires), strict=True))
                renewed, *results = self.block(region)
                if self.g.has_correlations_here:
                    raise CompileError([_uncounted(operation.span, self.target.protocol)])
                carried = flat_parts(map(self.in_planes, results, region.arguments))
                return renewed.parts[0], [*carried, *later.end()]

            wires = self.g.repeat_while(condition, [*own, *later.initial], body)
            later.close(wires[len(own) :], has_turns=False)
        return list(regroup(initial, wires))

    def branch(self, operation: Operation) -> list[Share]:
        """Two repeats that run once or not at all. The second takes what the first leaves."""
        (condition,) = self.values[operation.operands[0]].parts
        going = (*self.g.nodes, *self.g.clients) if operation in self.public.followed else self.g.nodes
        otherwise = self.g.local("clear.not", condition.type, condition, at=going)
        false = self.g.constant(False, booleans(()), going)
        results: list[Share] = [self.nothing(result) for result in operation.results]
        with self.passing_by(operation):
            for holds, region in zip((condition, otherwise), operation.regions, strict=True):
                results = self.arm(operation, region, holds, false, results)
        return results

    def arm(
        self, operation: Operation, region: Region, holds: Wire, false: Wire, before: Sequence[Share]
    ) -> list[Share]:
        """One side of a branch: its results if the condition `holds`, else the values before it."""
        own = flat_parts(before)
        later = self.later.loop()

        def body(wires: list[Wire]) -> tuple[Wire, list[Wire]]:
            later.begin(wires[len(own) :])
            results = flat_parts(map(self.in_planes, self.block(region), operation.results))
            return false, [*results, *later.end()]

        wires = self.g.repeat_while(holds, [*own, *later.initial], body)
        later.close(wires[len(own) :], has_turns=False)
        return list(regroup(before, wires))

    def carried(self, operands: Sequence[Value], arguments: Sequence[Value]) -> list[Share]:
        """The initial values. A clear value is kept at just the parties that hold it in every turn."""
        values = [self.values[operand] for operand in operands]
        return [
            self.in_planes(value, argument)
            if _is_secret(argument)
            else Clear(self.g.kept_at(value.parts[0], self.holders(argument)))
            for value, argument in zip(values, arguments, strict=True)
        ]

    def in_planes(self, share: Share, like: Value) -> Share:
        """Bits in as many planes as the value has that they become. Numbers stay as they are."""
        if not isinstance(share, Boolean) or like.type.element.kind is Kind.BOOL:
            return share
        return circuits.extend(self.p, share, like.bits)

    def nothing(self, value: Value) -> Share:
        """A value of the right kind, whose content does not matter."""
        if not _is_secret(value):
            return Clear(self.g.local("zeros", _clear_type(value.type), at=self.holders(value)))
        shape, planes = value.type.shape, value.bits
        if value.share == BOOLEAN:
            return Boolean(tuple(self.g.local("zeros", bits(shape, planes)) for _ in range(self.p.parts)))
        return Arithmetic(tuple(self.g.local("zeros", self.p.number(shape)) for _ in range(self.p.parts)))


WAYS: dict[Form, Callable[[_Expander, Operation], list[Share]]] = {
    Form.COMPUTED: _Expander.compute,
    Form.GIVEN: _Expander.input,
    Form.WRITTEN: _Expander.constant,
    Form.SHARED: _Expander.share,
    Form.CONVERTED: _Expander.convert,
    Form.TOLD: _Expander.reveal,
    Form.KEPT: _Expander.save,
    Form.CHECKED: _Expander.check,
    Form.REQUIRED: _Expander.require,
    Form.COUNTED: _Expander.loop,
    Form.REPEATED: _Expander.while_,
    Form.CHOSEN: _Expander.branch,
}
"""What becomes of an operation, by its form: of every form but `CALLED`, for calls are inlined."""


def _uncounted(span: Span, protocol: str) -> Diagnostic:
    """The refusal: correlated randomness is prepared before a run, for a number of turns that only the run tells."""
    others = " or ".join(name for name, other in PROTOCOLS.items() if not other.needs_preprocessing)
    return Diagnostic(
        span,
        f"{protocol} cannot run this `while`: it does not know how much to prepare for it",
        expected="a loop with a known number of turns around secret products and comparisons",
        found="a loop that ends on a revealed value",
        remedy=f"use `for` with the largest number of turns, and `if` inside it; or use --protocol {others}",
    )


def part_name(name: str, part: int) -> str:
    """The name that graphs give to one part of a stored share."""
    return f"{name}/{part}"


def _clear_type(type: ArrayType) -> ValueType:
    return ValueType(Storage.BOOLEAN if type.element.kind is Kind.BOOL else Storage.INTEGER, type.shape)


def _is_secret(value: Value) -> bool:
    return value.label.knowledge is Knowledge.SECRET
