"""A run as one vector of numbers that a compiled function walks through, without Python between its steps.

`writer` makes the tape, `code` spells calls of compiled functions, `interpreter` runs it. What the interpreter cannot
do itself is a *host* step: it returns, the machine does the step in Python and goes on with the tape.
"""
