/** What the browser keeps for the page; where it does not let us, it holds until the page closes. */
class Drawer {
  #name;
  #own = new Map(); // what the browser would not take
  constructor(name) {
    this.#name = name;
  }
  #browser(act) {
    try {
      return act(window[this.#name]);
    } catch {} // blocked, full, or not there
  }
  /** Whether the browser itself keeps it. */
  keeps(key) {
    return this.#browser((storage) => storage.getItem(key) !== null) ?? false;
  }
  read(key) {
    return this.#own.get(key) ?? this.#browser((storage) => storage.getItem(key)) ?? null;
  }
  write(key, value) {
    this.erase(key); // no older value may outlive a newer one that does not fit
    this.#browser((storage) => storage.setItem(key, value));
    if (!this.keeps(key)) this.#own.set(key, value);
  }
  erase(key) {
    this.#own.delete(key);
    this.#browser((storage) => storage.removeItem(key));
  }
  keys(prefix) {
    const kept = this.#browser(Object.keys) ?? [];
    return [...kept, ...this.#own.keys()].filter((key) => key.startsWith(prefix));
  }
}

export const lasting = new Drawer("localStorage");
export const ofTab = new Drawer("sessionStorage"); // over a reload
