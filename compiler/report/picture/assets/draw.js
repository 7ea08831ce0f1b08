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
