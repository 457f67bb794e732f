// The steps of a walk, what each changed, and the inputs that are possible next.

import { counted, element } from "./dom.js";

/** Returns what one step did: answer, changes, notifications, properties. */
export function stepCard(step, number) {
  if (!step) return element("p", { class: "empty" }, "The beginning: nothing has happened.");
  return element(
    "article",
    { class: `card step ${step.accepted ? "" : "rejected"}` },
    element("h3", {}, `${number}. ${step.sentence}`),
    element("p", { class: "answer" }, element("span", { class: step.accepted ? "good" : "bad" }, step.accepted ? "✓ " : "✗ "), element("code", {}, step.answer)),
    step.false.map((property) =>
      element("p", { class: "false", role: "alert" }, element("strong", {}, "False: "), property.sentence, " ", element("em", {}, property.because ?? "")),
    ),
    step.differences.map((words) => element("p", { class: "differs" }, element("strong", {}, "The trace expects otherwise: "), words)),
    changes(step),
    notifications(step),
    properties(step),
  );
}

function changes(step) {
  if (step.changes.length === 0) return element("p", { class: "quiet" }, "It changes nothing that can be seen.");
  const row = ({ field, before, after }) =>
    element("tr", {}, element("th", { scope: "row" }, field), element("td", {}, before ?? "–"), element("td", {}, "→"), element("td", {}, after ?? "–"));
  return element("table", { class: "changes" }, element("caption", {}, "Changed"), element("tbody", {}, step.changes.map(row)));
}

function notifications(step) {
  if (step.notifications.length === 0) return null;
  const list = step.notifications.map((kind) => element("li", {}, kind));
  return [element("h4", {}, "Notifications"), element("ul", { class: "notifications" }, list)];
}

function properties(step) {
  const { witnessed, witnessed_again: again } = step;
  if (witnessed.length + again === 0) return null;
  const first = `${counted(witnessed.length, "property", "properties")} with a premise that occurs for the first time in this walk`;
  const list = witnessed.map(({ name, sentence }) => element("li", {}, element("code", {}, name), " ", sentence));
  return element(
    "details",
    { class: "properties" },
    element("summary", {}, `True: ${first}${again > 0 ? `, ${again} again` : ""}`),
    element("ul", {}, list),
  );
}

/** Returns the entries of the list of steps; `choose` is called with a position. */
export function stepList(steps, position, choose) {
  const entry = (step, place) => {
    const number = place + 1;
    const marks = [
      step.false.length > 0 ? element("span", { class: "bad" }, " · false property") : null,
      step.differences.length > 0 ? element("span", { class: "bad" }, " · not as expected") : null,
      step.accepted ? null : element("span", { class: "bad" }, " · rejected"),
    ];
    const button = element(
      "button",
      { type: "button", "aria-current": number === position ? "step" : null, onclick: () => choose(number) },
      `${number}. ${step.sentence}`,
      marks,
    );
    const events = step.notifications.map((kind) => element("li", {}, kind));
    return element("li", { class: number > position ? "later" : "" }, button, events.length > 0 ? element("ul", { class: "notifications" }, events) : null);
  };
  return steps.map(entry);
}

/** Returns the possible inputs in groups: what changes something, what changes nothing, what is rejected. */
export function inputList(next, filter, take) {
  const wanted = filter.trim().toLowerCase();
  const fits = ({ input, sentence }) => `${input} ${sentence}`.toLowerCase().includes(wanted);
  const found = next.filter(fits);
  const moving = found.filter((it) => it.accepted && it.changes > 0);
  const still = found.filter((it) => it.accepted && it.changes === 0);
  const rejected = found.filter((it) => !it.accepted);
  if (found.length === 0) {
    return [element("p", { class: "empty" }, next.length === 0 ? "The scenario tries nothing here." : "No input fits the filter.")];
  }
  let number = 0;
  const button = (it) => {
    number += 1;
    const key = number <= 9 ? element("kbd", {}, `${number}`) : null;
    const words = it.accepted ? it.sentence : [it.sentence, element("small", {}, it.answer)];
    return element("li", {}, element("button", { type: "button", class: "input", title: it.input, "data-input": it.input, onclick: () => take(it.input) }, key, words));
  };
  const group = (title, list, open) =>
    list.length === 0
      ? null
      : element("details", { class: "group", open }, element("summary", {}, `${title} (${list.length})`), element("ul", {}, list.map(button)));
  return [
    group("Accepted", moving, true),
    group("Accepted, without effect", still, moving.length === 0 || wanted !== ""),
    group("Rejected", rejected, moving.length + still.length === 0 || wanted !== ""),
  ].filter(Boolean);
}
