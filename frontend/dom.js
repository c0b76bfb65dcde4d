/** @returns {any} */
export const get = (id) => document.getElementById(id);

/** A new element. Strings among the children become text, never markup. @returns {any} */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Do what may take away what has the focus; then its heir gets it, and not nothing. */
export function keepFocus(act, heir = "paper") {
  const at = document.activeElement;
  act();
  const lost = !at.isConnected || at.matches(":disabled") || !at.checkVisibility();
  if (lost) get(heir).focus({ preventScroll: true });
}
