"use strict";
// What is under the pointer.

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
