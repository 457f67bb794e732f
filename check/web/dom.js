// Small helpers for the document.

/** Returns the element with an id. */
export const byId = (id) => document.getElementById(id);

/** Returns a new element with attributes (or listeners, as `onclick`) and children. Texts are never read as HTML. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** Puts children in place of those that an element has. */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined));
}

/** Shows a text in an element, or hides the element. */
export function tell(parent, text) {
  parent.textContent = text ?? "";
  parent.hidden = !text;
}

/** Returns a number and its noun, in the plural if it must be. */
export function counted(number, noun, plural = `${noun}s`) {
  return `${number} ${number === 1 ? noun : plural}`;
}

/** Returns words without the underscores of a field's name. */
export const spaced = (name) => name.replaceAll("_", " ");
