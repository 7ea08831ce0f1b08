"use strict";
// What the user does, and what the page then shows. The address after # says what to show first, as in
//     #view=ir   #level=steps   #open=all   #find=sigmoid   #line=12   #theme=dark   #fit=1
// joined by &; `report=1` writes what is shown, for tests, as JSON into an element `report`.

const errors = [];
window.addEventListener("error", (event) => errors.push(event.message));
const $ = (name) => document.getElementById(name);

const chosen = { key: null, numbers: null }; // a source line, and the steps that stand out for it
const search = { matches: [], at: -1 };

// --- zoom ---------------------------------------------------------------------------------------------------------------

const zoom = d3.zoom().scaleExtent([1e-5, 4]).on("zoom", (event) => {
  view = event.transform;
  redraw();
});
const surface = d3.select(canvas).call(zoom).on("dblclick.zoom", null);

function show(transform) {
  surface.call(zoom.transform, transform);
}

function overview() {
  const width = Math.max(50, canvas.clientWidth - SIDE - 30);
  show(within(width / Math.max(1, made.width)));
}

// As the page opens: the lanes as high as the window, from the first round on, near enough to read.
function start() {
  const room = canvas.clientHeight - rulerHeight() - 30;
  const k = Math.min(1.1, Math.max(0.85, room / made.height));
  const whole = (canvas.clientWidth - SIDE - 30) / Math.max(1, made.width);
  show(within(whole > k ? Math.min(whole, 1.1) : k));
}

function within(k) {
  const room = canvas.clientHeight - rulerHeight();
  const spare = Math.max(14, (room - made.height * k) / 2);
  return d3.zoomIdentity.translate(SIDE + 10, rulerHeight() + spare).scale(k);
}

// Moves a step's box into view, from however far.
function goTo(number) {
  const step = steps[number];
  const placed = placedOf(made, step);
  if (!placed) return;
  let x = placed.x + placed.width / 2, y = made.height / 2;
  if (placed.cells) {
    boxesOf(made, placed);
    const lane = step.kind === "exchange" ? step.routes[0][0] : step.parties[0];
    const box = placed.index.get(number * LANES + lane);
    const arrow = arrowsOf(made, placed).find((each) => each.numbers.includes(number));
    if (box) [x, y] = [box.x + box.width / 2, box.y];
    else if (arrow) [x, y] = [arrow.x + G.gutter / 2, arrow.y];
  }
  const k = Math.max(view.k, 0.8);
  const room = canvas.clientHeight - rulerHeight();
  const middle = room / 2 - y * k;
  const down = made.height * k < room ? (room - made.height * k) / 2 : Math.min(14, Math.max(room - made.height * k - 14, middle));
  const right = Math.min(SIDE + 10, SIDE + (canvas.clientWidth - SIDE) / 2 - x * k);
  show(d3.zoomIdentity.translate(right, rulerHeight() + down).scale(k));
}

// --- opening and folding ------------------------------------------------------------------------------------------------

// Arranges anew; what stood at `anchor` (a column) stays where it was on the screen.
function rearrange(anchor) {
  const before = anchor && made.of.get(anchor);
  const at = before ? view.applyX(before.x) : null;
  made = arrange();
  const after = anchor && made.of.get(anchor);
  const k = view.k;
  if (at !== null && after) show(d3.zoomIdentity.translate(at - after.x * k, view.y).scale(k));
  redraw();
}

function openLoop(loop, isOpen) {
  if (isOpen) state.open.add(loop);
  else state.open.delete(loop);
  rearrange(loop);
}

function setLevel(level) {
  state.level = level;
  state.own.clear();
  $("level").value = String(level);
  rearrange(null);
  start();
}

// A column one level finer than all others, or as all others again.
function toggleColumn(column) {
  if (state.own.has(column)) state.own.delete(column);
  else if (state.level < STEPS) state.own.set(column, STEPS);
  rearrange(column);
}

function reveal(number) {
  let isNew = false;
  for (let loop = steps[number].column.around; loop; loop = loop.around) {
    isNew ||= !state.open.has(loop);
    state.open.add(loop);
  }
  if (isNew) rearrange(null);
  goTo(number);
}

// --- choosing -----------------------------------------------------------------------------------------------------------

function choose(numbers, key, what) {
  chosen.numbers = numbers;
  chosen.key = key;
  current = null;
  lit = numbers ? new Set(numbers) : null;
  markSource(key);
  if (!$("ir").hidden) markStage();
  about(numbers, what);
  redraw();
}

function chooseLine(key, isMoving) {
  const line = lines.get(key);
  const place = key.slice(key.lastIndexOf(":") + 1);
  choose(line ? line.steps : [], key, `Line ${place}`);
  if (line && isMoving && !$("protocol").hidden) goTo(line.steps.find((number) => steps[number].kind !== "exchange") ?? line.steps[0]);
}

// --- the pointer --------------------------------------------------------------------------------------------------------

canvas.addEventListener("pointermove", (event) => {
  const [x, y] = d3.pointer(event, canvas);
  const under = x < SIDE ? null : hit(x, y);
  const isSame = under === hovered || (under?.placed && !under.label && under.placed === hovered?.placed && !under.receiver);
  if (!isSame || under?.ruler !== hovered?.ruler) {
    hovered = under;
    redraw();
  }
  canvas.style.cursor = under ? "pointer" : "";
  showTip(under, x, y);
});
canvas.addEventListener("pointerleave", () => {
  hovered = null;
  $("tip").hidden = true;
  redraw();
});

function showTip(thing, x, y) {
  const tip = $("tip");
  tip.hidden = !thing;
  if (!thing) return;
  if (thing.ruler) {
    tip.replaceChildren(thing.ruler.level === STEPS && !state.own.has(thing.ruler.column) ? "all steps of this round are shown" : state.own.has(thing.ruler.column) ? "click: as the others again" : "click: show the steps of this round");
  } else {
    const loop = thing.frame?.loop ?? (thing.placed && !thing.placed.cells ? thing.placed.column : null);
    const facts = loop ? factsOfLoop(loop) : factsOf(thing.numbers);
    const place = steps[thing.numbers[0]].place;
    tip.replaceChildren(element("b", {}, titleOf(thing)), ...facts.map(([name, text]) => element("div", {}, `${name} ${text}`)));
    if (place && (loop || thing.kind)) tip.append(element("code", {}, textOf(place)));
  }
  tip.style.left = `${Math.min(x + 14, canvas.clientWidth - tip.offsetWidth - 8)}px`;
  tip.style.top = `${y + 18 + tip.offsetHeight > canvas.clientHeight ? y - tip.offsetHeight - 10 : y + 18}px`;
}

canvas.addEventListener("click", (event) => {
  const [x, y] = d3.pointer(event, canvas);
  activate(x < SIDE ? null : hit(x, y));
});
canvas.addEventListener("dblclick", (event) => {
  const under = hit(...d3.pointer(event, canvas));
  if (under?.label && under.placed.level !== STEPS) toggleColumn(under.placed.column);
});

function activate(thing) {
  if (!thing) return choose(null, null);
  if (thing.frame) return openLoop(thing.frame.loop, false);
  if (thing.ruler) return toggleColumn(thing.ruler.column);
  if (!thing.placed.cells) return openLoop(thing.placed.column, true);
  const places = new Set(thing.numbers.map((number) => steps[number].place?.key ?? null));
  return choose(thing.numbers, places.size === 1 ? [...places][0] : null, titleOf(thing));
}

strip.addEventListener("pointerdown", (event) => {
  const go = (moved) => {
    const x = (d3.pointer(moved, strip)[0] / strip.clientWidth) * made.width;
    show(d3.zoomIdentity.translate(SIDE + (canvas.clientWidth - SIDE) / 2 - x * view.k, view.y).scale(view.k));
  };
  go(event);
  strip.setPointerCapture(event.pointerId);
  strip.onpointermove = go;
  strip.onpointerup = () => (strip.onpointermove = null);
});

// --- search -------------------------------------------------------------------------------------------------------------

function find(query) {
  const text = query.trim().toLowerCase();
  const line = text.match(/^(?:line\s*|:)?(\d+)$/);
  const isMatch = line
    ? (step) => step.place?.line === Number(line[1])
    : (step) => [labelOf(step), step.share, step.details, step.type, textOf(step.place)].some((told) => told.toLowerCase().includes(text));
  search.matches = text ? steps.filter(isMatch).map((step) => step.number) : [];
  search.at = -1;
  $("found").textContent = text ? `${search.matches.length.toLocaleString("en")} found` : "";
  if (line && search.matches.length) {
    chooseLine(steps[search.matches[0]].place.key, false);
  } else {
    choose(text ? search.matches : null, null, `“${query.trim()}”`);
  }
}

function next(by) {
  if (!search.matches.length) return;
  search.at = (search.at + by + search.matches.length) % search.matches.length;
  const number = search.matches[search.at];
  setView("protocol");
  reveal(number);
  current = number;
  markSource(steps[number].place?.key ?? null);
  about([number], labelOf(steps[number]));
  $("found").textContent = `${search.at + 1} of ${search.matches.length.toLocaleString("en")}`;
  redraw();
}

// --- views and buttons --------------------------------------------------------------------------------------------------

function setView(name) {
  $("protocol").hidden = name !== "protocol";
  $("ir").hidden = name !== "ir";
  document.body.classList.toggle("wide", name === "source");
  for (const button of document.querySelectorAll("#views button")) button.setAttribute("aria-selected", String(button.dataset.view === name));
  if (name === "ir") showStage(shownStage);
  redraw();
}

const system = window.matchMedia("(prefers-color-scheme: dark)");
let theme = "auto";
function setTheme(name) {
  theme = name;
  document.documentElement.dataset.theme = name === "auto" ? (system.matches ? "dark" : "light") : name;
  $("theme").title = `Colours: ${name === "auto" ? "as the system says" : name}`;
  readColours();
  redraw();
}
system.addEventListener("change", () => setTheme(theme));

function prepare() {
  document.title = `${data.program}: ${data.protocol}`;
  $("title").textContent = data.program;
  const sent = data.sent === null ? "bytes known only when it runs" : `${bytesText(d3sum(data.sent))} sent`;
  $("totals").textContent = [data.protocol, counted(data.rounds, "round"), sent, counted(steps.length, "step")].join("  ·  ");
  $("legend").append(...data.shares.map((share) => element("li", {}, element("i", { style: `background: var(--${share})` }, share[0].toUpperCase()), share)));
  $("level").append(...["rounds", "source lines", "steps"].map((name, level) => element("option", { value: level }, name)));
  $("level").value = String(state.level);
  $("which").append(...data.sources.map((source) => element("option", { value: source.name }, source.name)));
  $("open-all").hidden = $("fold-all").hidden = !loops.length;
  for (const button of document.querySelectorAll("#views button")) button.addEventListener("click", () => setView(button.dataset.view));
  $("which").addEventListener("change", () => showSource($("which").value));
  $("level").addEventListener("change", () => setLevel(Number($("level").value)));
  $("open-all").addEventListener("click", () => openAll());
  $("fold-all").addEventListener("click", () => {
    state.open.clear();
    rearrange(null);
    start();
  });
  $("fit").addEventListener("click", overview);
  $("closer").addEventListener("click", () => surface.call(zoom.scaleBy, 1.4));
  $("farther").addEventListener("click", () => surface.call(zoom.scaleBy, 1 / 1.4));
  $("theme").addEventListener("click", () => setTheme({ auto: "light", light: "dark", dark: "auto" }[theme]));
  $("query").addEventListener("input", () => find($("query").value));
  $("search").addEventListener("submit", (event) => {
    event.preventDefault();
    next(1);
  });
  $("previous").addEventListener("click", () => next(-1));
  for (const radio of document.querySelectorAll("input[name=marks]")) radio.addEventListener("change", () => showStage(shownStage));
  $("source").addEventListener("click", (event) => chooseRow(event, true));
  $("ir-text").addEventListener("click", (event) => chooseRow(event, false));
  document.addEventListener("keydown", onKey);
  new ResizeObserver(redraw).observe(canvas);
}

function chooseRow(event, isMoving) {
  const key = event.target.closest(".row")?.dataset.key;
  if (key) chooseLine(key, isMoving);
}

function openAll() {
  for (const loop of loops) state.open.add(loop);
  rearrange(null);
  start();
}

function onKey(event) {
  const isTyping = event.target === $("query");
  if (event.key === "/" && !isTyping) {
    event.preventDefault();
    $("query").focus();
  } else if (event.key === "Escape") {
    $("query").value = "";
    find("");
  }
}

// --- what the address says ----------------------------------------------------------------------------------------------

const ACTIONS = {
  theme: setTheme,
  view: setView,
  level: (name) => setLevel(LEVELS.indexOf(name)),
  open: (which) => (which === "all" ? openAll() : activate({ placed: made.of.get(loops[Number(which)]), numbers: [] })),
  stage: (index) => showStage(Number(index)),
  find: (text) => {
    $("query").value = text;
    find(text);
    next(1);
  },
  line: (number) => chooseLine(`${shownSource}:${number}`, true),
  fit: overview,
};

function report() {
  draw();
  const shown = {
    errors,
    milliseconds: Math.round(performance.now()),
    steps: steps.length,
    columns: made.placed.length,
    width: made.width,
    height: made.height,
    boxes: d3sum(made.placed.map((placed) => boxesOf(made, placed).length)),
    arrows: d3sum(made.placed.map((placed) => arrowsOf(made, placed).length)),
    loops: loops.length,
    open: made.frames.length,
    found: search.matches.length,
    at: current === null ? null : { label: labelOf(steps[current]), line: steps[current].place?.line ?? null },
    lit: lit === null ? null : lit.size,
    line: document.querySelector("#source .row.chosen .text")?.textContent ?? null,
    title: document.querySelector("#about h2")?.textContent ?? null,
    view: document.querySelector("#views [aria-selected=true]").dataset.view,
    stages: data.stages.map((stage) => stage.name),
    added: document.querySelectorAll("#ir-text .plus").length,
    painted: $("protocol").hidden ? null : new Set(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data).size,
  };
  document.body.append(element("pre", { id: "report", hidden: "" }, JSON.stringify(shown)));
}

prepare();
setTheme("auto");
if (shownSource) showSource(shownSource);
else showSource(null);
showStages();
setView("protocol");
choose(null, null);
start();
const wanted = [...new URLSearchParams(location.hash.slice(1))];
for (const [name, value] of wanted) ACTIONS[name]?.(value);
if (wanted.some(([name]) => name === "report")) report();
