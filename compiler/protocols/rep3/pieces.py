"""Polynomials by pieces of a replicated number, in one round and without its bits.

In: x = a + b, a known to node 0, b to the nodes 1 and 2 (`summands`), and a table. Out: the coefficients of
the piece that x lies in, and the powers of its place there.

Which piece: the digit of a above bit `low` plus that of b, modulo the number of pieces. What the bits below carry is
left out; so a place is anywhere in two pieces, from this one's beginning on, and polynomials have to hold on both. With
the unit vector u of a's digit and powers of the rest of a, known to node 0, and what the nodes 1 and 2 know of b,

    coefficient  =  the sum over v of u[v] table[v + digit of b],
    place**k     =  the sum over i of (rest of a)**i * binom(k, i) (rest of b - 1)**(k - i)

are sums of products of the two summands' functions: see `multiply_summands`, which says why views are uniform,
whatever these functions are. (A unit vector of one's part of an index, turned by the other's, in place of a selection
by bits: Chida et al., ePrint 2019/695, for permutations; here it is never opened, only multiplied.)
"""

from __future__ import annotations

import numpy as np

from ..rules.expansion import Expansion, Wire, call
from ..rules.shares import Arithmetic, Pieces
from .parts import Parts, known_to_two, number
from .summands import multiply_summands, result


def pieces(g: Expansion, x: Arithmetic, form: Pieces) -> Parts:
    """1 round; for p pieces, r rows and d powers 16 (p + d) bytes from node 0, 8 (r + d) from each of the others.

    Of the shape (r + d, ...): the table's rows, then the powers.
    """
    table = np.array([[entry % 2**64 for entry in row] for row in form.rows], np.uint64)
    rows, count = table.shape
    known = g.constant(table, number(table.shape), (1, 2))
    b = known_to_two(g, x.parts)
    products = multiply_summands(
        g,
        number((*x.shape, count + form.degree)),
        number((rows + form.degree, *x.shape)),
        mask=lambda w: call("pieces.mask", *x.parts, w, low=form.low, pieces=count),
        help=lambda w, y: call("pieces.help", b, known, w, y, low=form.low),
    )
    return result(g, products, call("pieces.join", b, known, products.f, products.q, products.y, low=form.low))


def summand(g: Expansion, found: Arithmetic) -> Wire:
    """Each node's summand of the polynomial whose coefficients and powers are found, with its part of a zero share."""
    kind = number(found.shape[1:])
    return g.local("pieces.evaluate", kind, *found.parts, g.zero(kind))
