"use strict";
// From the page's data to steps and columns, and from what is open in which detail to places.
// `arrange` is the twin of picture_geometry.py, with the same numbers.

const data = JSON.parse(document.getElementById("data").textContent);
const G = data.geometry;
const LEVELS = data.levels;
const LANES = data.parties.length;
const [ROUNDS, LINES, STEPS] = [0, 1, 2];

const steps = data.steps.map(([kind, label, share, parties, place, type, details, repeat, makers, routes], number) => ({
  number, label, makers, routes, repeat,
  kind: data.tables.kinds[kind],
  share: data.shares[share],
  parties: data.tables.parties[parties],
  place: place < 0 ? null : placeOf(data.tables.places[place]),
  type: data.tables.types[type][0],
  bytes: data.tables.types[type][1],
  details: data.tables.details[details],
  column: null,
}));

function placeOf([source, line, column]) {
  return { source, line, column, key: `${source}:${line}` };
}

// What a step is called, in a lane or everywhere.
function labelOf(step, lane) {
  const own = typeof step.label === "number" ? step.label : step.label[Math.max(0, lane ?? step.parties[0])];
  const text = data.tables.labels[own];
  return ["local", "exchange", "repeat"].includes(step.kind) ? text : `${step.kind} ${text}`;
}

// Links columns to what is around them; `times` is how often a column happens, null where nobody knows.
(function connect(columns, around, times) {
  for (const column of columns) {
    column.around = around;
    column.times = times;
    if (column.columns) {
      steps[column.loop].column = column;
      connect(column.columns, column, times === null || column.turns === null ? null : times * column.turns);
    } else {
      for (const number of column.steps) steps[number].column = column;
    }
  }
})(data.columns, null, 1);

function* loopsIn(columns) {
  for (const column of columns) {
    if (!column.columns) continue;
    yield column;
    yield* loopsIn(column.columns);
  }
}
const loops = [...loopsIn(data.columns)];

function* leavesIn(columns) {
  for (const column of columns) {
    if (column.columns) yield* leavesIn(column.columns);
    else yield column;
  }
}

// What each source line costs in all: bytes and rounds, null where a loop's count is only known at the run.
const lines = new Map();
for (const step of steps) {
  if (!step.place) continue;
  const line = lines.get(step.place.key) ?? { place: step.place, steps: [], bytes: 0, rounds: 0, columns: new Set() };
  lines.set(step.place.key, line);
  line.steps.push(step.number);
  if (step.kind !== "exchange") continue;
  const times = step.column.times;
  if (line.bytes !== null) line.bytes = times === null ? null : line.bytes + times * step.bytes * step.routes.length;
  if (!line.columns.has(step.column)) {
    line.columns.add(step.column);
    if (line.rounds !== null) line.rounds = times === null ? null : line.rounds + times;
  }
}

const texts = new Map(data.sources.map((source) => [source.name, source.text.split("\n")]));

function textOf(place) {
  return place ? (texts.get(place.source)?.[place.line - 1] ?? "").trim() : "";
}

// What is open, and how it is shown. A column's own level goes before that of all.
const state = { level: steps.length <= 600 ? STEPS : LINES, own: new Map(), open: new Set() };

// Everything with its place. Boxes of a column are made when they are first wanted.
function arrange() {
  const made = { placed: [], frames: [], lanes: [], depth: 0, of: new Map(), width: 0, height: 0 };
  made.width = stack(made, data.columns, 0, 0);
  const heights = new Array(LANES).fill(G.lane_least);
  for (const { column, cells, level } of made.placed) {
    if (!cells) continue;
    const row = G.boxes[LEVELS[level]][1] + G.gap_y;
    for (let lane = 0; lane < LANES; lane++) {
      const slots = Math.max(column.messages.filter((m) => m[0] === lane).length, column.messages.filter((m) => m[1] === lane).length);
      heights[lane] = Math.max(heights[lane], cells[1][lane] * row - G.gap_y + 2 * G.lane_pad, (slots + 1) * G.slot);
    }
  }
  let y = 0;
  for (const height of heights) {
    made.lanes.push({ y, height });
    y += height + G.lane_gap;
  }
  made.height = y - G.lane_gap;
  return made;
}

function stack(made, columns, from, depth) {
  made.depth = Math.max(made.depth, depth);
  let x = from;
  for (const column of columns) {
    if (column.columns && state.open.has(column)) {
      const frame = { loop: column, x, width: 0, depth };
      made.frames.push(frame);
      made.of.set(column, frame);
      const end = stack(made, column.columns, x + G.frame_pad, depth + 1);
      frame.width = end + G.frame_pad - x;
      x = end + 2 * G.frame_pad;
    } else if (column.columns) {
      place(made, { column, cells: null, level: null, x, width: G.folded, depth });
      x += G.folded + G.frame_pad;
    } else {
      const level = state.own.get(column) ?? state.level;
      const cells = column.levels[level];
      const width = Math.max(1, cells[0]) * (G.boxes[LEVELS[level]][0] + G.gap_x) - G.gap_x + 2 * G.pad
        + (column.messages.length ? G.gutter : 0);
      place(made, { column, cells, level, x, width, depth });
      x += width;
    }
  }
  return x;
}

function place(made, placed) {
  made.placed.push(placed);
  made.of.set(placed.column, placed);
}

// The boxes of a column, each in each of its lanes.
function boxesOf(made, placed) {
  if (placed.boxes || !placed.cells) return placed.boxes ?? [];
  const [width, height] = G.boxes[LEVELS[placed.level]];
  placed.boxes = [];
  placed.index = new Map();
  for (const [numbers, at, rows] of placed.cells[2]) {
    const first = steps[numbers[0]];
    for (let lane = 0; lane < LANES; lane++) {
      const row = typeof rows === "number" ? rows : rows[lane];
      if (row < 0) continue;
      const box = {
        numbers, lane, placed, width, height,
        x: placed.x + G.pad + at * (width + G.gap_x),
        y: made.lanes[lane].y + G.lane_pad + row * (height + G.gap_y),
        share: placed.level === STEPS ? first.share : mostOf(numbers),
        label: boxLabel(placed, numbers, lane),
        kind: placed.level === STEPS ? first.kind : "group",
      };
      placed.boxes.push(box);
      for (const number of numbers) placed.index.set(number * LANES + lane, box);
    }
  }
  return placed.boxes;
}

function boxLabel(placed, numbers, lane) {
  const first = steps[numbers[0]];
  if (placed.level === STEPS) return labelOf(first, lane);
  if (placed.level === ROUNDS || !first.place) return `${numbers.length} steps`;
  return `${first.place.line} ${textOf(first.place) || first.place.source}`;
}

// What computes counts before the randomness that it uses.
function mostOf(numbers) {
  const count = Object.fromEntries(data.shares.map((share) => [share, 0]));
  for (const number of numbers) count[steps[number].share] += steps[number].share === "random" ? 0.01 : 1;
  return data.shares.reduce((best, share) => (count[share] > count[best] ? share : best));
}

// The messages of a column as arrows; `start` and `end` are points.
function arrowsOf(made, placed) {
  if (placed.arrows || !placed.cells) return placed.arrows ?? [];
  const messages = placed.column.messages;
  const x = placed.x + placed.width - G.gutter;
  placed.arrows = messages.map((message) => {
    const [sender, receiver, bytes, numbers] = message;
    const sent = messages.filter((each) => each[0] === sender);
    const received = messages.filter((each) => each[1] === receiver);
    return {
      sender, receiver, bytes, numbers, placed,
      share: mostOf(numbers),
      x, y: slot(made.lanes[sender], sent.indexOf(message), sent.length),
      endX: x + G.gutter, endY: slot(made.lanes[receiver], received.indexOf(message), received.length),
    };
  });
  return placed.arrows;
}

function slot(lane, index, count) {
  return lane.y + lane.height / 2 + (index - (count - 1) / 2) * G.slot;
}

// Where a step is drawn: the column it is in, or the outermost folded loop around it; an open loop's frame.
function placedOf(made, step) {
  let shown = step.column;
  for (let loop = shown.around; loop; loop = loop.around) if (!state.open.has(loop)) shown = loop;
  return made.of.get(shown);
}

// A column's steps, or a folded loop's with all that is inside.
function stepsIn(column) {
  return column.columns ? [column.loop, ...column.columns.flatMap(stepsIn)] : column.steps;
}

function bytesText(number) {
  if (number === null || number === undefined) return "unknown until it runs";
  let value = number;
  for (const unit of ["B", "kB", "MB", "GB"]) {
    if (value < 1000 || unit === "GB") return `${value < 100 && unit !== "B" ? value.toPrecision(3) : Math.round(value)} ${unit}`;
    value /= 1000;
  }
}

function counted(number, noun) {
  return number === null ? `${noun}s unknown until it runs` : `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}
