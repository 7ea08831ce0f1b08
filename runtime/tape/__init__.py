"""A run as one vector of numbers that a compiled function walks through, without Python between its steps.

`writer` makes the tape, `code` turns calls of compiled functions into words, and `interpreter` runs the tape. A step
that the interpreter cannot do itself is a *host* step: the interpreter returns, the machine does the step in Python,
and the interpreter goes on.
"""
