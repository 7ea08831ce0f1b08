"use strict";
// Source and IR as text: rows that know their source line. Text reaches the page as text, never as markup.

const WORDS = new Set(("party parties input from each shares reveal save as to def return for in while if elif else and or not "
  + "import option assert True False program roles sizes fraction_bits yield secret public static revealed owned").split(" "));
const TOKEN = /("""|'''|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|#.*|%\d+|\b\d[\w.]*|[A-Za-z_]\w*|\s+|.)/g;
const PLAIN = 6000; // a text of more lines than this is shown without colours
const CHUNK = 200;

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// A line as coloured pieces; `inside` is the quote of a text that began on an earlier line. Returns [pieces, inside].
function coloured(line, inside) {
  const pieces = [];
  let quote = inside;
  for (const [token] of line.matchAll(TOKEN)) {
    const isQuote = token === '"""' || token === "'''";
    let style = null;
    if (quote || isQuote) style = "string";
    else if (token[0] === "#") style = "comment";
    else if (token[0] === '"' || token[0] === "'") style = "string";
    else if (/^\d/.test(token)) style = "digits";
    else if (token[0] === "%") style = "name";
    else if (WORDS.has(token)) style = "word";
    if (isQuote) quote = quote === token ? null : quote ?? token;
    pieces.push(style ? element("span", { class: style }, token) : token);
  }
  return [pieces, quote];
}

function fill(target, rows) {
  const chunks = [];
  for (let at = 0; at < rows.length; at += CHUNK) {
    const part = rows.slice(at, at + CHUNK);
    chunks.push(element("div", { class: "chunk", style: `contain-intrinsic-size: auto ${part.length * 18.6}px` }, ...part));
  }
  target.replaceChildren(...chunks);
}

// --- the source, with what each line costs ----------------------------------------------------------------------------

let shownSource = data.sources[0]?.name ?? null;
const sourceRows = new Map(); // rows by "file:line"

function showSource(name) {
  shownSource = name;
  sourceRows.clear();
  const target = document.getElementById("source");
  const text = texts.get(name);
  if (!text) {
    target.replaceChildren(element("p", { style: "padding: 0 12px" },
      "A compiled graph carries no source text. Draw it from its .mpc file to see the lines here."));
    return;
  }
  const most = Math.max(1, ...[...lines.values()].map((line) => line.bytes ?? 0));
  let inside = null;
  const rows = text.map((line, index) => {
    let pieces;
    [pieces, inside] = coloured(line, inside);
    const key = `${name}:${index + 1}`;
    const cost = lines.get(key);
    const code = element("span", { class: "text" }, ...pieces);
    if (cost?.bytes) code.append(element("span", { class: "heat", style: `width: ${(100 * cost.bytes) / most}%` }));
    const told = cost ? [cost.bytes === null ? "?" : cost.bytes ? bytesText(cost.bytes) : "", cost.rounds === null ? "?" : cost.rounds || ""] : ["", ""];
    const row = element("div", { class: "row", "data-key": key }, element("span", { class: "number" }, String(index + 1)), code,
      element("span", { class: "cost" }, String(told[0])), element("span", { class: "cost" }, String(told[1])));
    if (cost) row.title = `${cost.steps.length} steps`;
    sourceRows.set(key, row);
    return row;
  });
  fill(target, rows);
  document.getElementById("which").value = name;
}

function markSource(key) {
  if (key) {
    const name = key.slice(0, key.lastIndexOf(":"));
    if (name !== shownSource && texts.has(name)) showSource(name);
  }
  for (const row of sourceRows.values()) row.classList.toggle("chosen", row.dataset.key === key);
  const row = sourceRows.get(key);
  if (row) row.scrollIntoView({ block: "nearest" });
}

// --- the passes -------------------------------------------------------------------------------------------------------

const PLACE = /@ (.+):(\d+):\d+-\d+:\d+$/;
let shownStage = 0;

function showStages() {
  const list = document.getElementById("stages");
  if (!data.stages.length) {
    document.getElementById("marks").hidden = true;
    document.getElementById("ir-text").replaceChildren(element("p", { style: "padding: 0 14px" },
      "A compiled graph carries no passes. Draw it from its .mpc file to see them here."));
    return;
  }
  list.replaceChildren(...data.stages.map((stage, index) => {
    const [added, removed] = ["+", "-"].map((mark) => stage.marks.split(mark).length - 1);
    const isSame = index > 0 && !added && !removed;
    const button = element("button", { "data-stage": index, class: isSame ? "same" : "" }, stage.name);
    if (index) button.append(element("small", {}, added || removed ? `+${added} −${removed}` : "no change"));
    button.addEventListener("click", () => showStage(index));
    return element("li", {}, button);
  }));
}

function showStage(index) {
  shownStage = index;
  const stage = data.stages[index];
  if (!stage) return;
  for (const button of document.querySelectorAll("#stages button")) button.setAttribute("aria-pressed", String(Number(button.dataset.stage) === index));
  const which = document.querySelector("input[name=marks]:checked").value;
  const left = { both: "", before: "+", after: "-" }[which];
  const rows = [];
  for (let at = 0; at < stage.lines.length; at++) {
    const mark = stage.marks[at];
    if (mark === left) continue;
    rows.push(irRow(data.tables.lines[stage.lines[at]], mark, stage.lines.length <= PLAIN));
  }
  document.getElementById("changes").textContent = index ? `${stage.name} compared with ${data.stages[index - 1].name}` : "what the source says, before any pass";
  fill(document.getElementById("ir-text"), rows);
  markStage();
}

function irRow(line, mark, isColoured) {
  const place = line.match(PLACE);
  const style = { "+": "row plus", "-": "row minus", "=": "row" }[mark];
  const text = place ? line.slice(0, place.index).trimEnd() : line;
  const row = element("div", { class: style }, element("span", { class: "number" }, place ? place[2] : ""),
    element("span", { class: "mark" }, { "+": "+", "-": "−", "=": "" }[mark]),
    element("span", { class: "text" }, ...(isColoured ? coloured(text, null)[0] : [text])));
  if (place) row.dataset.key = `${place[1]}:${place[2]}`;
  return row;
}

// Marks the rows of the chosen line and goes to the first of them.
function markStage() {
  let first = null;
  for (const row of document.querySelectorAll("#ir-text .row")) {
    const isChosen = chosen.key !== null && row.dataset.key === chosen.key;
    row.classList.toggle("chosen", isChosen);
    if (isChosen) first ??= row;
  }
  first?.scrollIntoView({ block: "center" });
}
