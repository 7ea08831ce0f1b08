"use strict";
// What there is to say about steps, messages and loops: what they cost, where they happen, which line they come from.

function costOf(numbers) {
  const cost = { bytes: 0, rounds: new Set(), shares: new Map(), kinds: new Map() };
  for (const number of numbers) {
    const step = steps[number];
    cost.shares.set(step.share, (cost.shares.get(step.share) ?? 0) + 1);
    if (step.kind !== "exchange") continue;
    const times = step.column.times;
    cost.bytes = cost.bytes === null || times === null ? null : cost.bytes + times * step.bytes * step.routes.length;
    cost.rounds.add(step.column);
  }
  let rounds = 0;
  for (const column of cost.rounds) rounds = rounds === null || column.times === null ? null : rounds + column.times;
  return { ...cost, rounds };
}

function partyNames(numbers) {
  return numbers.map((party) => data.parties[party]).join(", ");
}

// What there is to say about some steps, as pairs of a name and a text.
function factsOf(numbers) {
  if (!numbers.length) return [["", "Nothing of this line is left in the protocol: it is public, or its owner's own affair before."]];
  const step = steps[numbers[0]];
  const cost = costOf(numbers);
  if (numbers.length > 1) {
    const shares = [...cost.shares].map(([share, count]) => `${count.toLocaleString("en")} ${share}`).join(", ");
    return [["steps", `${numbers.length.toLocaleString("en")}: ${shares}`], ["sends", bytesText(cost.bytes)], ["in", counted(cost.rounds, "round")]];
  }
  const times = step.column.times;
  const facts = [["kind", step.kind === step.share ? step.kind : `${step.kind}, ${step.share}`]];
  if (step.kind !== "repeat") facts.push(["at", partyNames(step.parties)], ["type", step.type]);
  if (step.kind === "exchange") {
    facts.push(["routes", step.routes.map(([from, to]) => `${data.parties[from]} → ${data.parties[to]}`).join(", ")]);
    facts.push(["sends", `${bytesText(step.bytes * step.routes.length)}${times === 1 ? "" : ` a turn, ${bytesText(cost.bytes)} in all`}`]);
  } else {
    facts.push(["sends", "nothing"]);
  }
  if (step.details) facts.push(["with", step.details]);
  if (step.column.round) facts.push(["round", `${step.column.round}${step.column.around ? " of a turn" : ""}`]);
  if (times !== 1) facts.push(["runs", times === null ? "as often as a revealed bit says" : `${times.toLocaleString("en")} times`]);
  if (step.place) facts.push(["line", `${step.place.line} of ${step.place.source}`]);
  return facts;
}

function factsOfLoop(loop) {
  return [
    ["turns", loop.turns === null ? "while a revealed bit holds" : loop.turns.toLocaleString("en")],
    ["a turn", `${counted(loop.rounds, "round")}, ${bytesText(loop.sent && d3sum(loop.sent))}`],
    ["inside", counted(stepsIn(loop).length - 1, "step")],
  ];
}

function titleOf(thing) {
  if (thing.frame) return `⟳ ${labelOf(steps[thing.frame.loop.loop])}`;
  if (thing.placed && !thing.placed.cells) return `⟳ ${labelOf(steps[thing.placed.column.loop])}`;
  if (thing.receiver !== undefined) return `${data.parties[thing.sender]} → ${data.parties[thing.receiver]}: ${bytesText(thing.bytes)}`;
  return thing.numbers.length > 1 ? (thing.placed.level === LINES ? thing.label : `All of this round at ${data.parties[thing.lane]}`) : thing.label;
}

function about(numbers, title) {
  const target = $("about");
  if (!numbers) {
    target.replaceChildren("Click a box, an arrow or a line. Drag to move, turn the wheel to come closer.");
    return;
  }
  const list = element("dl");
  for (const [name, text] of factsOf(numbers)) list.append(element("dt", {}, name), element("dd", {}, text));
  target.replaceChildren(element("h2", {}, title), list);
  const columns = [...new Set(numbers.map((number) => steps[number].column))].filter((column) => column.levels);
  if (columns.length === 1 && (state.own.get(columns[0]) ?? state.level) !== STEPS) {
    const button = element("button", {}, "Show the steps of this round");
    button.addEventListener("click", () => {
      state.own.set(columns[0], STEPS);
      rearrange(columns[0]);
      about(numbers, title);
    });
    target.append(button);
  }
}
