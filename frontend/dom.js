/** @returns {any} */
export const get = (id) => document.getElementById(id);

/** A new element. Strings among the children become text, never markup. @returns {any} */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}
