"""Polynomials by pieces of a replicated number, in one round and without the number's bits.

In: x = a + b, where node 0 knows a and the nodes 1 and 2 know b (`summands`), and a table. Out: the coefficients of the
piece that x lies in, and the powers of x's place in the piece.

The piece is the digit of a above bit `low` plus the same digit of b, modulo the number of pieces. The carry of the bits
below is left out. So the place may lie in the piece or in the next one, and each polynomial has to hold on both pieces.
Node 0 knows u, the unit vector of a's digit, and powers of the rest of a. With what the nodes 1 and 2 know of b,

    coefficient  =  the sum over v of u[v] table[v + digit of b],
    place**k     =  the sum over i of (rest of a)**i * binom(k, i) (rest of b - 1)**(k - i)

are sums of products of functions of the two summands. `multiply_summands` says why views are uniform, whatever these
functions are. (A unit vector of one party's part of an index, turned by the other party's part, in place of a selection
by bits: Chida et al., ePrint 2019/695, for permutations. Here the vector is never opened, only multiplied.)
"""

from __future__ import annotations

import numpy as np

from ..rules.expansion import Expansion, Wire, call
from ..rules.shares import Arithmetic, Pieces
from .parts import Parts, known_to_two, number
from .summands import multiply_summands, result


def pieces(g: Expansion, x: Arithmetic, form: Pieces) -> Parts:
    """The coefficients of x's piece, then the powers of x's place: a share of shape (r + d, *x.shape).

    1 round. For p pieces, r rows and d powers node 0 sends 16 (p + d) bytes, each of the others 8 (r + d).
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
    """Each node's summand of the polynomial with these coefficients and powers, masked by its part of a zero share."""
    kind = number(found.shape[1:])
    return g.local("pieces.evaluate", kind, *found.parts, g.zero(kind))
