"use strict";
// What stays in place around the picture: the ruler above, the parties' names at the left, the strip below.

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

let mostSent = 10;
for (const column of leavesIn(data.columns)) mostSent = Math.max(mostSent, d3sum(column.messages.map((message) => message[2])));

// The whole width at a glance: bytes of each column as bars, the part in view framed.
function drawStrip() {
  const { context: c, width, height } = sized(strip);
  c.fillStyle = colours.page;
  c.fillRect(0, 0, width, height);
  const scale = width / Math.max(1, made.width);
  const tall = d3.scaleLog().domain([1, mostSent]).range([4, height - 12]).clamp(true);
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
