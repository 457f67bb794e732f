"use strict";
// Search over ENTRIES of index.js, and the filter of the page of properties.
const query = document.getElementById("query");
const results = document.getElementById("results");
const MOST = 30;

function matches(words, [kind, title, text]) {
  const all = `${kind} ${title} ${text}`.toLowerCase();
  return words.every((word) => all.includes(word));
}

function rank(words, [, title]) {
  const lower = title.toLowerCase();
  if (lower === words.join(" ")) return 0;
  return words.every((word) => lower.includes(word)) ? 1 : 2;
}

function show() {
  const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
  results.replaceChildren();
  results.hidden = words.length === 0;
  if (words.length === 0) return;
  const found = ENTRIES.filter((entry) => matches(words, entry)).sort((a, b) => rank(words, a) - rank(words, b));
  for (const [kind, title, text, address] of found.slice(0, MOST)) {
    const link = document.createElement("a");
    link.href = address;
    link.textContent = title;
    const small = document.createElement("small");
    small.textContent = text ? `${kind}: ${text}` : kind;
    link.append(small);
    const item = document.createElement("li");
    item.append(link);
    results.append(item);
  }
  const rest = found.length - MOST;
  if (found.length === 0 || rest > 0) {
    const item = document.createElement("li");
    item.textContent = found.length === 0 ? "Nothing found." : `and ${rest} more`;
    results.append(item);
  }
}

query.addEventListener("input", show);
document.addEventListener("keydown", (event) => {
  const links = [...results.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  if (event.key === "/" && !/^(input|select|textarea)$/i.test(document.activeElement.tagName)) {
    query.focus();
    event.preventDefault();
  } else if (event.key === "Escape") {
    results.hidden = true;
  } else if (event.key === "ArrowDown" && (at >= 0 || document.activeElement === query) && links[at + 1]) {
    links[at + 1].focus();
    event.preventDefault();
  } else if (event.key === "ArrowUp" && at >= 0) {
    (links[at - 1] || query).focus();
    event.preventDefault();
  } else if (event.key === "Enter" && document.activeElement === query && links[0]) {
    links[0].click();
  }
});
document.addEventListener("click", (event) => {
  if (!event.target.closest(".search") || event.target.closest("#results a")) results.hidden = true;
});

const strength = document.getElementById("strength");
if (strength) {
  const filter = () => {
    for (const article of document.querySelectorAll("article[data-strength]")) {
      article.hidden = strength.value !== "" && article.dataset.strength !== strength.value;
    }
  };
  strength.value = new URLSearchParams(location.search).get("strength") || "";
  strength.addEventListener("change", filter);
  filter();
}
