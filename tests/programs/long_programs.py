"""Long programs as people write them: functions, loops, conditions, numbers and `fixed`, and names used again later."""

_HEAD = '''\
"""A long program: a scoring sheet of many sections, each with its own function."""

party alice
party bob

input amounts: int32[items] from alice
input limits: int32[items] from bob
input rates: fixed[items] from alice
input weights: fixed[items] from bob

rates = clip(rates, -100, 100)
weights = clip(weights, -100, 100)
score = 0.5
'''

_SECTIONS = (
    '''\

def graded_{k}(x, y, rate: fixed = 0.{k}):
    """A graded score: what is above the mark counts more."""
    difference = clip(sum(x) - y, -1000, 1000)
    mark = {k} * 0.5
    high = difference > mark
    low = difference < -mark
    graded = difference * rate
    if high:
        graded = graded + 1.5
    elif low:
        graded = graded - 1.5
    return clip(graded, -10, 10)

grade_{k} = graded_{k}(rates, weights[{k} % items])
total_{k} = sum(grade_{k} * weights)
score = score * 0.25 + clip(total_{k}, -50, 50)
''',
    """\

best_{k} = 0
for i in range({turns}):
    candidate = amounts[i] - limits[i]
    if candidate > best_{k}:
        best_{k} = candidate
late_{k} = best_{k} > {k}
surplus_{k} = max(amounts - limits, 0)
""",
    """\

def matched_{k}(x, y):
    same = x == y
    near = abs(x - y) < {k}
    return select(same, 2, 0) + near

hits_{k} = sum(matched_{k}(amounts, limits))
worst_{k} = min(amounts) - max(limits)
share_{k} = hits_{k} / (items + {k})
score = score + clip(share_{k}, 0, 1)
reveal worst_{k}
""",
    """\

state_{k} = rates
for turn in range(4):
    step = state_{k} * weights - {k}
    state_{k} = clip(state_{k} - 0.01 * step, -20, 20)
chosen_{k} = select(state_{k} > weights, state_{k}, weights)
mean_{k} = mean(chosen_{k})
reveal mean_{k}
""",
)


def long_program(lines: int) -> str:
    """A program of about so many lines."""
    text, k = _HEAD, 0
    while text.count("\n") < lines:
        k += 1
        text += _SECTIONS[k % len(_SECTIONS)].format(k=k, turns=3 + k % 5)
    return f"{text}reveal score\n"
