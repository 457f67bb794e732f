// The page: chooses a scenario, walks, plays, loads and shares.

import { byId, counted, element, fill, tell } from "./dom.js";
import { picture } from "./picture.js";
import { inputList, stepCard, stepList } from "./steps.js";
import { Walk, address, ask, shared } from "./walk.js";

const PACE = 1200;
const walk = new Walk(render);
let catalog = null;
let timer = null;

function report(error) {
  tell(byId("error"), error ? error.message : "");
}

/** Runs what a control asks for, and shows the server's words if it is refused. */
function run(work) {
  report(null);
  return work().catch(report);
}

const take = (input) => run(() => walk.take(input));
const go = (position) => run(() => walk.move(position));

function render() {
  const { view, position, length } = walk;
  const step = view.steps[position - 1];
  fill(byId("step"), stepCard(step, position));
  fill(byId("state"), picture(view.states[position], view.states[position - 1]));
  fill(byId("list"), stepList(view.steps, position, go));
  renderInputs();
  byId("trace").textContent = view.trace;
  byId("position").max = length;
  byId("position").value = position;
  byId("place").textContent = `step ${position} of ${length}`;
  for (const id of ["first", "back"]) byId(id).disabled = position === 0;
  for (const id of ["forward", "last", "play"]) byId(id).disabled = position === length;
  byId("undo").disabled = length === 0;
  if (position === length) pause();
  renderChoice();
  tell(byId("status"), verdict(view));
  history.replaceState(null, "", address(walk));
}

function verdict(view) {
  const broken = view.steps.filter((step) => step.false.length > 0).length;
  const differing = view.steps.filter((step) => step.differences.length > 0).length;
  const words = [];
  if (view.beyond_bounds) words.push("Incomplete: the objects of this trace exceed the bounds of the model.");
  if (broken > 0) words.push(`A property is false after ${counted(broken, "step")}.`);
  if (differing > 0) words.push(`The trace expects something else at ${counted(differing, "step")}.`);
  return words.join(" ");
}

function renderInputs() {
  fill(byId("inputs"), inputList(walk.next, byId("filter").value, take));
}

function scenarioOf(name) {
  return catalog.scenarios.find((scenario) => scenario.name === name);
}

function renderChoice() {
  const { scenario: name, variant, config } = walk.view;
  const scenario = scenarioOf(name);
  byId("scenario").value = name;
  fill(byId("variant"), scenario.variants.map((it) => element("option", { value: it.name, selected: it.name === variant }, it.name)));
  byId("variant").value = variant;
  fill(byId("about"), element("span", {}, `In it: ${scenario.about}.`), " ", element("span", {}, `Bounds: ${scenario.bounds}.`));
  const own = new Map(config);
  byId("changed").textContent = config.length === 0 ? "" : config.map(([field, word]) => `${field}=${word}`).join(" ");
  for (const input of byId("dialect").elements) {
    if (input.name) input.value = own.get(input.name) ?? input.dataset.usual;
  }
}

function buildChoice() {
  fill(byId("scenario"), catalog.scenarios.map((it) => element("option", { value: it.name }, it.deep ? `${it.name} (deep)` : it.name)));
  const field = ({ name, rule, usual }) => {
    const isFlag = usual === "yes" || usual === "no";
    const attributes = { name, "data-usual": usual };
    const input = isFlag
      ? element("select", attributes, ["yes", "no"].map((word) => element("option", { value: word }, word)))
      : element("input", attributes);
    return element("label", {}, element("span", {}, `${name} [${rule}]`), input);
  };
  fill(byId("dialect"), catalog.dialect.map(field), element("button", {}, "Begin with this configuration"));
}

const begin = (request, position) => run(() => walk.begin(request, position));
const restart = () => begin({ scenario: byId("scenario").value, variant: byId("variant").value });

/** Begins with the choices of the form that differ from those of the variant. */
function beginWithDialect(event) {
  event.preventDefault();
  const changed = [...byId("dialect").elements].filter((input) => input.name);
  const dialect = Object.fromEntries(changed.map((input) => [input.name, input.value.trim()]));
  begin({ scenario: byId("scenario").value, variant: byId("variant").value, dialect });
}

function pause() {
  clearInterval(timer);
  timer = null;
  byId("play").textContent = "▶ Play";
}

function play() {
  if (timer !== null) return pause();
  timer = setInterval(() => go(walk.position + 1), PACE);
  byId("play").textContent = "⏸ Pause";
  return go(walk.position + 1);
}

async function load(text) {
  const { scenario, variant } = walk.view;
  try {
    await walk.begin({ scenario, variant, trace: text }, 0);
    report(null);
    byId("loader").close();
  } catch (error) {
    if (byId("loader").open) tell(byId("refused"), error.message);
    else report(error);
  }
}

function save() {
  const link = element("a", {
    href: URL.createObjectURL(new Blob([walk.view.trace], { type: "text/plain" })),
    download: `${walk.view.scenario}.trace`,
  });
  link.click();
  URL.revokeObjectURL(link.href);
}

async function share() {
  try {
    await navigator.clipboard.writeText(location.href);
    tell(byId("status"), "The link is copied.");
  } catch {
    tell(byId("status"), "The address of this page is the link.");
  }
}

function openLoader() {
  tell(byId("refused"), "");
  byId("loader").showModal();
}

function moveFocus(by) {
  const buttons = [...document.querySelectorAll("#inputs details[open] button")];
  const place = buttons.indexOf(document.activeElement);
  buttons[place < 0 ? 0 : (place + by + buttons.length) % buttons.length]?.focus();
}

const KEYS = {
  ArrowLeft: () => go(walk.position - 1),
  ArrowRight: () => go(walk.position + 1),
  ArrowDown: () => moveFocus(1),
  ArrowUp: () => moveFocus(-1),
  Home: () => go(0),
  End: () => go(walk.length),
  p: play,
  u: () => run(() => walk.undo()),
  r: restart,
  l: openLoader,
  s: save,
  c: share,
  "/": () => byId("filter").focus(),
  "?": () => byId("keys").showModal(),
};

function pressed(event) {
  const isTyping = event.target.matches("input:not([type=range]), textarea, select");
  if (event.key === "Escape" && event.target.id === "filter") return event.target.blur();
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (/^[1-9]$/.test(event.key)) {
    const chosen = document.querySelectorAll("#inputs .input")[Number(event.key) - 1];
    if (chosen) take(chosen.dataset.input);
  } else if (KEYS[event.key]) {
    event.preventDefault();
    KEYS[event.key]();
  }
}

function connect() {
  const clicks = { first: KEYS.Home, back: KEYS.ArrowLeft, play, forward: KEYS.ArrowRight, last: KEYS.End, undo: KEYS.u, restart, load: openLoader, save, share, help: KEYS["?"], take: () => load(byId("text").value) };
  for (const [id, work] of Object.entries(clicks)) byId(id).addEventListener("click", () => work());
  byId("position").addEventListener("input", (event) => go(Number(event.target.value)));
  byId("filter").addEventListener("input", renderInputs);
  byId("scenario").addEventListener("change", (event) => begin({ scenario: event.target.value }));
  byId("variant").addEventListener("change", restart);
  byId("dialect").addEventListener("submit", beginWithDialect);
  byId("choice").addEventListener("submit", (event) => event.preventDefault());
  byId("line").addEventListener("submit", (event) => {
    event.preventDefault();
    take(byId("words").value).then(() => byId("error").hidden && (byId("words").value = ""));
  });
  byId("file").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (file) byId("text").value = await file.text();
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    if (file) await load(await file.text());
  });
  document.addEventListener("keydown", pressed);
  window.addEventListener("hashchange", open);
}

/** Opens the walk of the address, or the one that the command line names. */
async function open() {
  const link = shared(location.hash);
  const start = link ?? { request: await ask("/api/start"), position: 0 };
  const { dialect, ...request } = start.request;
  await begin(request.trace ? request : { ...request, dialect: dialect ?? {} }, start.position);
  // A link that is refused leaves the page usable.
  if (!walk.view) await walk.begin({ scenario: catalog.scenarios[0].name });
}

async function main() {
  catalog = await ask("/api/scenarios");
  buildChoice();
  connect();
  await open();
}

main().catch(report);
