// @ts-check
/** Every word of the page but the reasons, which the server knows. */

export const words = {
  // In the page from the start, by `data-word` or `data-label`.
  title: "Inkling review",
  statuses: "Which feedback",
  rules: "Apply the rules",
  refresh: "Look for new",
  help: "Keys",
  claimed: "Claimed",
  why: "Why",
  drawings: "Drawings, the most useful first",
  pages: "Pages",
  before: "Earlier",
  after: "Later",
  single: "One drawing",
  back: "All drawings",
  saw: "What the models saw",
  decisions: "Decide",
  labels: "It is another digit",
  reject: "Reject",
  none: "Not a digit",
  return: "Back to waiting",
  skip: "Skip",
  other: "Digit…",
  undo: "Undo",
  again: "Try again",
  close: "Close",
  apply: "Apply",
  cancel: "Cancel",

  // Now and then.
  status: { quarantine: "waiting", accepted: "accepted", rejected: "rejected" },
  all: "all",
  noDigit: "not a digit",
  dash: "–",
  keeping: "One moment…",
  loading: "Fetching the drawings…",
  nothing: "Nothing is waiting. Well done.",
  nothingHere: "There is nothing here yet.",
  filtered: "No drawing fits both filters.",
  undone: "Taken back.",
  nothingToUndo: "There is nothing to undo.",
  gone: "withdrawn or decided by somebody else meanwhile",
  rest: "for you. It is one step, which Undo takes back.",
  noRules: "The rules find nothing that is clear enough. All of it is yours.",
  keys: [
    ["← → ↑ ↓", "go from drawing to drawing"],
    ["Shift + arrows", "select on the way"],
    ["Space", "select, or not"],
    ["C", "select all that look alike and claim the same"],
    ["A", "accept what is claimed"],
    ["0 to 9", "accept as that digit"],
    ["N", "accept as not a digit"],
    ["R", "reject: of no use"],
    ["B", "back to waiting"],
    ["S", "skip: to the end of the line"],
    ["U", "undo, any number of steps"],
    ["Enter, Esc", "one drawing, all drawings"],
    ["Page up, page down", "other pages"],
  ],
  trouble: {
    unreachable: "The review cannot be reached: its command has ended, or this machine is busy. What was decided is kept.",
    ended: "This review has ended. Start it again, and open the address that it prints.",
    refused: "The review refused.",
  },
};

export const count = (number, one, more = `${one}s`) => `${number.toLocaleString("en")} ${number === 1 ? one : more}`;
export const said = (label) => label ?? words.noDigit;

/** Never rounded up: 0.998 is 99 %. */
export function percent(probability) {
  return `${Math.min(99, Math.floor(probability * 100 + 1e-9)) || "<\u00a01"}\u00a0%`;
}

/** What was done, for the line at the bottom. */
export function told({ decision, label, ids }) {
  const drawings = count(ids.length, "drawing");
  return {
    accept: `Accepted ${drawings}.`,
    relabel: `Accepted ${drawings} as ${said(label)}.`,
    reject: `Rejected ${drawings}.`,
    return: `${count(ids.length, "drawing waits", "drawings wait")} again.`,
    rules: `The rules decided ${drawings}.`,
  }[decision];
}
