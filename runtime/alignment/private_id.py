"""An alignment that the two owners compute between them, neither of whom learns a key of the other's or which keys match.

In: keys. Out: an `Alignment` each, whose `matched` both know. Each owner has a fresh secret exponent, and H takes a key
to a point of Curve25519 (BLAKE2b, then Elligator 2; the cofactor goes with the exponents, all multiples of 8).

1. Each owner draws an order of its rows and sends, in that order, H(key)^a of every key: 32 bytes. A key that is not set
   gets a random point in place of H(key).
2. Each raises what arrives by its own exponent and hashes the result H(key)^ab to 16 bytes. It shuffles the rows with a
   permutation of its own and sends these digests back.
3. Both have both sides' digests now, each of a side in the order that the other owner gave it. Equal digests are equal
   keys, so both see the pairs and agree on an order of the joined rows: the pairs in the order of side 1's digests, then
   the rest of either side in its own. The one who shuffled a side knows where in its owner's order each of these is.

So an owner is the matcher of the other side. It knows which places in the other's secret order are matched, and of its
own rows only how many.

Why a view tells no more than the sizes and the number of matches (of keys columns, several: how many pairs have each
combination of them in common), for parties that follow the protocol, with BLAKE2b a random oracle and Diffie-Hellman's
decisional problem hard on u-coordinates: the points H(key)^a of the other side are indistinguishable from random ones
without a, and stand in a uniform order. The digests H(key)^ab of one's own rows come from the other's exponent, so that
they are indistinguishable from random ones, whichever row they belong to, and in a uniform order too; only which digests
of the two sides are equal is left, and as both orders are uniform and independent, that is a uniform matching of so many
pairs. Elligator 2 serves as a random oracle onto the half of all points that it reaches: a simulator can find numbers
that are mapped to a given such point, and both are equally likely. Messages' sizes follow from the public row counts.

The commutative encryption is Huberman, Franklin and Hogg's (EC 1999). The two permutations, and both sides encrypted
twice, are Private-ID's (Buddhavarapu et al., ePrint 2020/599), and keys in order of priority are those of its sequel
(ePrint 2021/770). There, a second pair of exponents makes identifiers that each owner maps its own rows to, and each learns
which of its rows the other lacks nothing of; here rows are moved obliviously afterwards instead
(`compiler.protocols`), which takes two exponentiations for each row and side in place of four. Elligator 2 is by Bernstein,
Hamburg, Krasnova and Lange (CCS 2013).
"""
