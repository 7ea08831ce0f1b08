"use strict";
// Draws the arrangement on a canvas, in as much detail as can be read at this distance. Only what is in view is drawn.

const FONT = '11px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace';
const UI = 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif';
const SIDE = 104; // the width of the parties' names at the left, in pixels
const BAND = 24; // the height of a line of the ruler, in pixels
const curve = d3.link(d3.curveBumpX);
const thickness = d3.scaleLog().domain([1, 1e9]).range([1.2, 6]).clamp(true);

const canvas = document.getElementById("canvas");
const strip = document.getElementById("strip");
let colours = {};
let made = arrange();
let view = d3.zoomIdentity; // from the arrangement to the canvas
let lit = null; // numbers of the steps that stand out: selected or found; null: all alike
let hovered = null; // a box or an arrow
let current = null; // the number of the match that the search is at

function readColours() {
  const style = getComputedStyle(document.documentElement);
  const names = ["page", "panel", "lane", "edge", "ink", "muted", "faint", "accent", "mark-ink"];
  colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  for (const share of data.shares) {
    colours[share] = style.getPropertyValue(`--${share}`).trim();
    colours[`${share}-fill`] = style.getPropertyValue(`--${share}-fill`).trim();
  }
}

function sized(target) {
  const ratio = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = target;
  if (target.width !== Math.round(width * ratio) || target.height !== Math.round(height * ratio)) {
    target.width = Math.round(width * ratio);
    target.height = Math.round(height * ratio);
  }
  const context = target.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { context, width, height };
}

// From this far nothing can be read: then the lanes fill the height, however long the picture is.
function isFar() {
  return view.k * 22 < 5;
}

// The vertical scale and shift, which are the view's own but from far away.
function vertical() {
  if (!isFar()) return { k: view.k, y: view.y };
  const room = canvas.clientHeight - rulerHeight() - 24;
  return { k: room / made.height, y: rulerHeight() + 12 };
}

function rulerHeight() {
  return BAND * (1 + made.depth) + 4;
}

let waiting = false;
function redraw() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    draw();
  });
}

function draw() {
  const { context: c, width, height } = sized(canvas);
  if (!width || !height) return; // another view is shown
  const k = view.k;
  const down = vertical();
  const left = view.invertX(0), right = view.invertX(width);
  const seen = made.placed.filter((placed) => placed.x + placed.width >= left && placed.x <= right);
  c.fillStyle = colours.page;
  c.fillRect(0, 0, width, height);
  c.save();
  c.translate(view.x, down.y);
  c.scale(k, down.k);
  c.fillStyle = colours.lane;
  for (const lane of made.lanes) c.fillRect(left, lane.y, right - left, lane.height);
  for (const frame of made.frames) drawFrame(c, frame, left, right);
  if (!isFar()) for (const placed of seen) drawLinks(c, placed, left, right);
  for (const placed of seen) {
    if (!placed.cells) drawFolded(c, placed, k);
    else if (!isFar()) drawBoxes(c, placed, left, right, k, height);
    else drawSummary(c, placed);
  }
  if (!isFar()) for (const placed of seen) drawArrows(c, placed, k);
  c.restore();
  if (isFar() && G.gutter * k > 7) for (const placed of seen) drawThreads(c, placed, down);
  drawRuler(c, seen, width, height);
  drawNames(c, height);
  drawStrip();
}

function isLit(numbers) {
  return lit === null || numbers.some((number) => lit.has(number));
}

function drawFrame(c, frame, left, right) {
  if (frame.x > right || frame.x + frame.width < left) return;
  c.setLineDash([6, 4]);
  c.strokeStyle = colours.faint;
  c.lineWidth = 1.2;
  c.beginPath();
  c.roundRect(frame.x, -10, frame.width, made.height + 20, 10);
  c.stroke();
  c.setLineDash([]);
}

function drawFolded(c, placed, k) {
  const { column: loop, x, width } = placed;
  const numbers = (placed.numbers ??= stepsIn(loop));
  c.globalAlpha = isLit(numbers) ? 1 : 0.35;
  c.fillStyle = colours.panel;
  c.strokeStyle = hovered?.placed === placed ? colours.accent : colours.muted;
  for (const shift of [8, 4, 0]) {
    c.lineWidth = shift ? 1 : 1.6;
    c.beginPath();
    c.roundRect(x + shift, shift, width - 12, made.height - 8, 8);
    c.fill();
    c.stroke();
  }
  drawShares(c, numbers, x + 14, made.height / 2 + 70, width - 40, 8);
  if (k >= 0.3) {
    const step = steps[loop.loop];
    const rows = [
      [`⟳ ${labelOf(step)}`, `600 16px ${UI}`, colours.ink],
      [loop.rounds === null ? "rounds unknown" : `${counted(loop.rounds, "round")} a turn`, `13px ${UI}`, colours.muted],
      [loop.sent === null ? "" : `${bytesText(d3sum(loop.sent))} a turn`, `13px ${UI}`, colours.muted],
      [step.place ? `line ${step.place.line}` : "", `13px ${UI}`, colours.muted],
      ["click to open", `13px ${UI}`, colours.accent],
    ];
    rows.forEach(([text, font, colour], row) => {
      c.font = font;
      c.fillStyle = colour;
      c.fillText(text, x + 16, made.height / 2 - 44 + row * 21, width - 40);
    });
  }
  c.globalAlpha = 1;
}

function d3sum(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0);
}

// How much of each kind there is, as one bar.
function drawShares(c, numbers, x, y, width, height) {
  const count = Object.fromEntries(data.shares.map((share) => [share, 0]));
  for (const number of numbers) count[steps[number].share]++;
  let at = x;
  for (const share of data.shares) {
    const part = (width * count[share]) / Math.max(1, numbers.length);
    c.fillStyle = colours[share];
    c.fillRect(at, y, part, height);
    at += part;
  }
}

function drawBoxes(c, placed, left, right, k, height) {
  const isText = k * 11 >= 5.2;
  const top = view.invertY(0), bottom = view.invertY(height);
  c.font = FONT;
  const character = c.measureText("m").width;
  for (const box of boxesOf(made, placed)) {
    if (box.x > right || box.x + box.width < left || box.y > bottom || box.y + box.height < top) continue;
    const isOn = isLit(box.numbers);
    if (!isOn) {
      // What is behind a faint box must not strike out its name.
      c.globalAlpha = 1;
      c.fillStyle = colours.lane;
      c.fillRect(box.x, box.y, box.width, box.height);
    }
    c.globalAlpha = isOn ? 1 : 0.28;
    c.fillStyle = colours[`${box.share}-fill`];
    c.strokeStyle = colours[box.share];
    c.lineWidth = box.kind === "input" || box.kind === "output" ? 2.2 : 1;
    if (box.share === "random") c.setLineDash([3, 2]);
    c.beginPath();
    c.roundRect(box.x, box.y, box.width, box.height, 4);
    c.fill();
    c.stroke();
    c.setLineDash([]);
    drawOutline(c, box, isOn);
    c.fillStyle = colours[box.share];
    c.beginPath();
    c.roundRect(box.x, box.y, 14, box.height, [4, 0, 0, 4]);
    c.fill();
    if (isText) drawBoxText(c, box, character);
  }
  c.globalAlpha = 1;
}

function drawOutline(c, box, isOn) {
  const isHere = hovered === box || (current !== null && box.numbers.includes(current));
  if (!isHere && !(lit !== null && isOn)) return;
  c.strokeStyle = hovered === box ? colours.accent : colours["mark-ink"];
  c.lineWidth = isHere ? 3.4 : 1.8;
  c.beginPath();
  c.roundRect(box.x - 2.5, box.y - 2.5, box.width + 5, box.height + 5, 6);
  c.stroke();
}

function drawBoxText(c, box, character) {
  c.fillStyle = colours.page;
  c.font = `700 9px ${UI}`;
  c.textAlign = "center";
  c.fillText(box.share[0].toUpperCase(), box.x + 7, box.y + box.height / 2 + 3.5);
  c.textAlign = "left";
  c.font = FONT;
  c.fillStyle = colours.ink;
  const longest = Math.floor((box.width - 24) / character);
  const text = box.label.length <= longest ? box.label : `${box.label.slice(0, longest - 1)}…`;
  c.fillText(text, box.x + 19, box.y + box.height / 2 + 4);
}

// From far away: one bar in each lane, with as much of each colour as there are steps of that kind.
function drawSummary(c, placed) {
  const column = placed.column;
  column.counts ??= countShares(column);
  const width = placed.width - (column.messages.length ? G.gutter : 0) - G.pad;
  for (let lane = 0; lane < LANES; lane++) {
    const count = column.counts[lane];
    const all = d3sum(Object.values(count));
    if (!all) continue;
    const { y, height } = made.lanes[lane];
    const full = Math.min(height - 12, placed.cells[1][lane] * (G.boxes[LEVELS[placed.level]][1] + G.gap_y) + 10);
    let at = y + (height - full) / 2;
    c.globalAlpha = lit === null ? 1 : isLit(column.steps) ? 1 : 0.25;
    for (const share of data.shares) {
      const part = (full * count[share]) / all;
      c.fillStyle = colours[share];
      c.fillRect(placed.x + G.pad / 2, at, width, part);
      at += part;
    }
  }
  c.globalAlpha = 1;
}

function countShares(column) {
  const counts = made.lanes.map(() => Object.fromEntries(data.shares.map((share) => [share, 0])));
  for (const number of column.steps) {
    const step = steps[number];
    if (step.kind !== "exchange") for (const lane of step.parties) counts[lane][step.share]++;
  }
  return counts;
}

function drawArrows(c, placed, k) {
  for (const arrow of arrowsOf(made, placed)) {
    const isOn = isLit(arrow.numbers);
    c.globalAlpha = isOn ? 1 : 0.25;
    c.strokeStyle = hovered === arrow ? colours.accent : colours[arrow.share];
    c.fillStyle = c.strokeStyle;
    c.lineWidth = thickness(Math.max(1, arrow.bytes)) + (hovered === arrow ? 1.5 : 0);
    const isText = k * 12 >= 5.5;
    const tip = 8 + c.lineWidth;
    c.beginPath();
    curve.context(c)({ source: [arrow.x + (isText ? G.label : 4), arrow.y], target: [arrow.endX - tip, arrow.endY] });
    c.stroke();
    c.beginPath();
    c.moveTo(arrow.endX - 1, arrow.endY);
    c.lineTo(arrow.endX - tip - 1, arrow.endY - tip / 2);
    c.lineTo(arrow.endX - tip - 1, arrow.endY + tip / 2);
    c.fill();
    if (isText) {
      c.font = `600 12px ${UI}`;
      c.textAlign = "right";
      c.fillText(bytesText(arrow.bytes), arrow.x + G.label - 4, arrow.y + 4);
      c.textAlign = "left";
    }
  }
  c.globalAlpha = 1;
}

// From far away: a thin line for each message, in pixels.
function drawThreads(c, placed, down) {
  c.lineWidth = 1;
  for (const arrow of arrowsOf(made, placed)) {
    c.globalAlpha = isLit(arrow.numbers) ? 0.9 : 0.25;
    c.strokeStyle = colours[arrow.share];
    c.beginPath();
    curve.context(c)({
      source: [view.applyX(arrow.x), down.y + arrow.y * down.k],
      target: [view.applyX(arrow.endX), down.y + arrow.endY * down.k],
    });
    c.stroke();
  }
  c.globalAlpha = 1;
}

// What the steps of a column read, from boxes of their lane or from the message that brought it.
function drawLinks(c, placed, left, right) {
  if (placed.level !== STEPS) return;
  const isSmall = steps.length <= 600;
  for (const box of boxesOf(made, placed)) {
    if (box.x > right + 300 || box.x + box.width < left) continue;
    const reader = steps[box.numbers[0]];
    for (const maker of reader.makers) {
      const from = portOf(steps[maker], box);
      if (!from) continue;
      const isMine = isHeld(box, maker);
      const isLong = box.x - from[0] > 420;
      if (isLong && !isSmall && !isMine) continue;
      drawLink(c, from, [box.x, box.y + box.height / 2], isMine, isLong, lit !== null && !(lit.has(maker) && lit.has(reader.number)));
    }
  }
  for (const arrow of arrowsOf(made, placed)) {
    for (const number of arrow.numbers) {
      for (const maker of steps[number].makers) {
        const from = portOf(steps[maker], { lane: arrow.sender, x: arrow.x, y: arrow.y, height: 0, placed });
        if (from) drawLink(c, from, [arrow.x, arrow.y], hovered === arrow || isHeld(hovered, maker), false, lit !== null && !lit.has(number));
      }
    }
  }
}

function isHeld(box, maker) {
  return Boolean(hovered && hovered.numbers && (hovered === box || hovered.numbers.includes(maker)) && hovered.kind !== "group");
}

function drawLink(c, source, target, isMine, isLong, isDim) {
  c.strokeStyle = isMine ? colours.accent : colours.faint;
  c.lineWidth = isMine ? 2 : 1;
  c.globalAlpha = isMine ? 1 : isDim ? 0.15 : isLong ? 0.3 : 0.9;
  c.beginPath();
  curve.context(c)({ source, target });
  c.stroke();
  c.globalAlpha = 1;
}

// Where the value of a step leaves for a box: the right of its own box in that lane, or the end of its message.
function portOf(maker, box) {
  const from = placedOf(made, maker);
  const middle = box.y + box.height / 2;
  if (!from || !from.column) return from ? [Math.max(from.x, box.x - 18), middle] : null;
  if (!from.cells) return [from.x + from.width - 4, middle];
  if (maker.kind === "exchange") {
    const arrow = arrowsOf(made, from).find((each) => each.receiver === box.lane && each.numbers.includes(maker.number));
    return arrow ? [arrow.endX, arrow.endY] : null;
  }
  boxesOf(made, from);
  const own = from.index.get(maker.number * LANES + box.lane);
  return own ? [own.x + own.width, own.y + own.height / 2] : null;
}

// --- what stays in place: the ruler above, the parties' names at the left, the strip below -----------------------------

function drawRuler(c, seen, width, height) {
  const tall = rulerHeight();
  c.fillStyle = colours.page;
  c.fillRect(0, 0, width, tall);
  for (const frame of made.frames) drawFrameHead(c, frame, width);
  const y = BAND * made.depth + 17;
  let free = SIDE;
  for (const placed of seen) {
    const [from, to] = [view.applyX(placed.x), view.applyX(placed.x + placed.width)];
    if (placed.cells && placed.depth >= 0) {
      c.strokeStyle = colours.edge;
      c.beginPath();
      c.moveTo(Math.round(from) + 0.5, tall - 6);
      c.lineTo(Math.round(from) + 0.5, view.k > 0.12 ? height : tall);
      if (to - from > 3) c.stroke();
    }
    const round = placed.column.round;
    if (!placed.cells) continue;
    const isOwn = state.own.has(placed.column);
    const name = round ? (to - from > 84 ? `round ${round}` : String(round)) : to - from > 84 ? "no messages" : "";
    const text = to - from > 110 ? `${name} ${isOwn ? "−" : placed.level === STEPS ? "" : "+"}` : name;
    c.font = `12px ${UI}`;
    const wide = c.measureText(text).width;
    const x = Math.max(from + 8, SIDE + 4);
    if (!text || x < free || x + wide > Math.max(to, from + wide + 10)) continue;
    c.fillStyle = hovered?.ruler === placed ? colours.accent : colours.muted;
    c.fillText(text, x, y);
    free = x + wide + (to - from > 84 ? 8 : 30);
  }
}

function drawFrameHead(c, frame, width) {
  const from = view.applyX(frame.x), to = view.applyX(frame.x + frame.width);
  if (to < SIDE || from > width) return;
  const y = frame.depth * BAND + 2;
  c.fillStyle = colours.panel;
  c.strokeStyle = hovered?.frame === frame ? colours.accent : colours.faint;
  c.lineWidth = 1;
  c.beginPath();
  c.roundRect(from, y, Math.max(4, to - from), BAND - 3, 6);
  c.fill();
  c.stroke();
  const step = steps[frame.loop.loop];
  const told = [`⟳ ${labelOf(step)}`, step.place ? `line ${step.place.line}` : "", frame.loop.rounds === null ? "" : `${counted(frame.loop.rounds, "round")} a turn`, "click to fold"];
  c.save();
  c.beginPath();
  c.rect(Math.max(from, SIDE), y, Math.max(0, to - Math.max(from, SIDE)), BAND);
  c.clip();
  c.font = `12px ${UI}`;
  c.fillStyle = colours.ink;
  c.fillText(told.filter(Boolean).join("  ·  "), Math.max(from, SIDE) + 8, y + 15);
  c.restore();
}

function drawNames(c, height) {
  c.fillStyle = colours.page;
  c.fillRect(0, 0, SIDE, height);
  c.strokeStyle = colours.edge;
  c.lineWidth = 1;
  c.beginPath();
  c.moveTo(SIDE - 0.5, 0);
  c.lineTo(SIDE - 0.5, height);
  c.stroke();
  c.save();
  c.beginPath();
  c.rect(0, rulerHeight(), SIDE - 4, height);
  c.clip();
  const down = vertical();
  made.lanes.forEach((lane, party) => {
    const from = Math.max(down.y + lane.y * down.k, rulerHeight());
    const to = Math.min(down.y + (lane.y + lane.height) * down.k, height);
    if (to - from < 12) return;
    c.fillStyle = colours.lane;
    c.fillRect(0, from, SIDE - 1, to - from);
    c.fillStyle = colours.ink;
    c.font = `600 14px ${UI}`;
    const middle = (from + to) / 2;
    const name = data.parties[party];
    c.fillText(name.length > 13 ? `${name.slice(0, 12)}…` : name, 10, middle + (to - from > 44 && data.sent ? -2 : 5), SIDE - 16);
    if (to - from <= 44 || !data.sent) return;
    c.font = `11px ${UI}`;
    c.fillStyle = colours.muted;
    c.fillText(`sends ${bytesText(data.sent[party])}`, 10, middle + 14, SIDE - 16);
  });
  c.restore();
}

// The whole width at a glance: bytes of each column as bars, the part in view framed.
function drawStrip() {
  const { context: c, width, height } = sized(strip);
  c.fillStyle = colours.page;
  c.fillRect(0, 0, width, height);
  const scale = width / Math.max(1, made.width);
  const most = Math.max(1, ...[...leavesIn(data.columns)].map((column) => d3sum(column.messages.map((m) => m[2]))));
  const tall = d3.scaleLog().domain([1, Math.max(10, most)]).range([4, height - 12]).clamp(true);
  for (const placed of made.placed) {
    const x = placed.x * scale, wide = Math.max(1, placed.width * scale - 1);
    if (!placed.cells) {
      c.strokeStyle = colours.muted;
      c.strokeRect(x + 0.5, 6.5, wide - 1, height - 13);
      continue;
    }
    const bytes = d3sum(placed.column.messages.map((message) => message[2]));
    const bar = bytes ? tall(bytes) : 2;
    placed.column.share ??= mostOf(placed.column.steps);
    c.globalAlpha = lit === null || isLit(placed.column.steps) ? 0.9 : 0.25;
    c.fillStyle = colours[placed.column.share];
    c.fillRect(x, height - 4 - bar, wide, bar);
  }
  c.globalAlpha = 1;
  const from = Math.max(0, view.invertX(SIDE)) * scale, to = Math.min(made.width, view.invertX(canvas.clientWidth)) * scale;
  c.strokeStyle = colours.accent;
  c.lineWidth = 2;
  c.strokeRect(from + 1, 2, Math.max(6, to - from) - 2, height - 4);
}

// What is under a point of the canvas: a box, an arrow, a folded loop, a loop's head, a round's head; or null.
function hit(x, y) {
  const tall = rulerHeight();
  const shift = vertical();
  const at = view.invertX(x), down = (y - shift.y) / shift.k;
  if (y < tall) {
    const depth = Math.floor((y - 2) / BAND);
    const frame = made.frames.find((each) => each.depth === depth && at >= each.x && at <= each.x + each.width);
    if (frame) return { frame, numbers: [frame.loop.loop] };
    const placed = y > tall - BAND - 4 && made.placed.find((each) => each.cells && at >= each.x && at < each.x + each.width);
    return placed ? { ruler: placed } : null;
  }
  for (const placed of made.placed) {
    if (at < placed.x - 4 || at > placed.x + placed.width + 4) continue;
    if (!placed.cells) {
      if (down >= 0 && down <= made.height) return { placed, numbers: stepsIn(placed.column) };
      continue;
    }
    const box = boxesOf(made, placed).find((each) => at >= each.x && at <= each.x + each.width && down >= each.y && down <= each.y + each.height);
    if (box) return box;
    const arrow = arrowsOf(made, placed).find((each) => isNear(each, at, down));
    if (arrow) return arrow;
  }
  return null;
}

function isNear(arrow, x, y) {
  if (x < arrow.x || x > arrow.endX) return false;
  if (x < arrow.x + G.label) return Math.abs(y - arrow.y) < 9;
  const t = (x - arrow.x - G.label) / (arrow.endX - arrow.x - G.label);
  const eased = t * t * (3 - 2 * t);
  return Math.abs(y - (arrow.y + (arrow.endY - arrow.y) * eased)) < 10 + Math.abs(arrow.endY - arrow.y) * 0.06;
}
