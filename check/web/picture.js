// A state as a picture: the money of each payment as a bar, deadlines, ledger, and every other field.

import { element, spaced } from "./dom.js";

const KINDS = {
  requested: "requested, not yet authorized",
  pending: "waits for the bank",
  held: "held, can be captured",
  captured: "captured, with the merchant",
  refunded: "refunded",
  released: "released to the customer",
};

const DEADLINES = {
  hold_left: ["The hold ends in", "The hold ended, and the expiry job is due"],
  posting_left: ["The capture must reach the ledger within", "The capture is due in the ledger"],
  left: ["It ends in", "It has ended"],
};

const LEDGER = ["charged", "refunded", "fees", "fees_refunded", "transfers", "reversals"];

/** Returns the picture of a state; `before` is the state before it, if there is one. */
export function picture(state, before) {
  if (state.payments.length + state.objects.length === 0) {
    return element("p", { class: "empty" }, "Nothing exists yet. Choose what happens first.");
  }
  const earlier = new Map((before?.payments ?? []).map((payment) => [payment.name, payment]));
  const objects = new Map((before?.objects ?? []).map((object) => [object.name, object]));
  return element(
    "div",
    { class: "cards" },
    state.payments.map((payment) => paymentCard(payment, earlier.get(payment.name))),
    state.objects.map((object) => objectCard(object, objects.get(object.name))),
  );
}

function paymentCard(payment, before) {
  const method = payment.method ? ` · ${payment.method}` : "";
  return element(
    "article",
    { class: "card", "data-object": payment.name },
    element("h3", {}, payment.name, " ", element("span", { class: `badge ${payment.status}` }, spaced(payment.status))),
    element("p", { class: "sum" }, `${payment.amount} ${payment.currency}${method}`),
    bar(payment),
    deadlines(payment),
    refunds(payment),
    ledger(payment, before),
    fields(payment, before),
  );
}

function bar(payment) {
  const words = payment.bar.map((part) => `${part.amount} ${KINDS[part.kind]}`).join(", ");
  const parts = payment.bar.map((part) => {
    const shown = element("span", { class: `part ${part.kind}`, title: `${part.amount} ${KINDS[part.kind]}` }, `${part.amount}`);
    shown.style.flexGrow = part.amount;
    return shown;
  });
  const legend = payment.bar.map((part) =>
    element("li", {}, element("span", { class: `dot ${part.kind}` }), `${part.amount} ${KINDS[part.kind]}`),
  );
  return [
    element("div", { class: "bar", role: "img", "aria-label": words || "no money" }, parts),
    element("ul", { class: "legend" }, legend),
  ];
}

function deadlines(object) {
  if (object.deadlines.length === 0) return null;
  const list = object.deadlines.map(({ field, seconds, words }) => {
    const [ahead, over] = DEADLINES[field] ?? [`${spaced(field)}:`, `${spaced(field)}:`];
    return element("li", { class: seconds > 0 ? "" : "over" }, seconds > 0 ? `${ahead} ${words}` : over);
  });
  return element("ul", { class: "deadlines", "aria-label": "Deadlines" }, list);
}

function refunds(payment) {
  if (payment.refunds.length === 0) return null;
  const list = payment.refunds.map(({ name, amount, status }) =>
    element("li", {}, `${name}: ${amount} `, element("span", { class: `badge ${status}` }, spaced(status))),
  );
  return [element("h4", {}, "Refunds"), element("ul", { class: "refunds" }, list)];
}

function ledger(payment, before) {
  const rows = LEDGER.filter((name) => payment.ledger[name] > 0 || (before && before.ledger[name] > 0));
  if (rows.length === 0) return null;
  const row = (name) => {
    const changed = before && before.ledger[name] !== payment.ledger[name];
    return element("tr", { class: changed ? "changed" : "" }, element("th", { scope: "row" }, spaced(name)), element("td", {}, payment.ledger[name]));
  };
  return element("table", { class: "ledger" }, element("caption", {}, "Ledger"), element("tbody", {}, rows.map(row)));
}

function fields(object, before) {
  const earlier = new Map(before?.fields ?? []);
  const row = ([name, value]) =>
    element(
      "tr",
      { class: before && earlier.get(name) !== value ? "changed" : "" },
      element("th", { scope: "row" }, spaced(name)),
      element("td", {}, value),
    );
  return element(
    "details",
    { class: "fields" },
    element("summary", {}, "Every field"),
    element("table", {}, element("tbody", {}, object.fields.map(row))),
  );
}

function objectCard(object, before) {
  const status = object.fields.find(([name]) => name === "status");
  return element(
    "article",
    { class: "card", "data-object": object.name },
    element("h3", {}, object.name, " ", status ? element("span", { class: `badge ${status[1]}` }, spaced(status[1])) : ""),
    deadlines(object),
    fields(object, before),
  );
}
