/** Every word of the page, ready to translate. */
import { apiUrl } from "./config.js";

const NAMES = "zero one two three four five six seven eight nine".split(" ");

export const words = {
  // In the page from the start, by `data-word` or `data-label`, or else the id.
  paper: "Paper",
  hint: "Arrows move the pen, Space puts it down or lifts it",
  placeholder: "Draw a digit",
  undo: "Undo",
  clear: "Clear",
  read: "Read",
  image: "Image",
  reading: "Reading",
  again: "Try again",
  feedback: "Feedback",
  bars: "Best guesses",
  saw: "What the model saw",
  models: "All models",
  how: "How it works",
  step1: "You draw. The page sends the path of your pen.",
  step2: "The reader redraws it like the digits it learnt from, 28 pixels wide.",
  step3: "A small network looks for edges, and how they lie together.",
  step4: "It weighs ten digits and “none of these”, and says when it is unsure.",
  figures: "The models",
  absent: "Their figures appear once the reader can be reached.",
  privacy: "Privacy",
  kept: "A drawing is sent to be read, and forgotten. It is kept only if you say what it was and agree: with both answers and this site’s name, not yours or your address, for 400 days at most.",
  forget: "Ask me again",
  api: "API",
  curl: `curl --data-binary @seven.png -H 'Content-Type: image/png' ${apiUrl}/v1/recognize`,

  // Now and then.
  blank: "Nothing on the paper yet.",
  waking: "Waking up…",
  safe: "Your drawing is safe.",
  noImage: "That file is no image I can open. Choose another.",
  penDown: "Pen down",
  penUp: "Pen up",
  notDigit: "That does not look like a digit to me.",
  picture: "28 by 28 pixels",
  dash: "–",
  heads: ["Model", "Weights", "Right"],
  sets: { mnist_test: "MNIST test", gold: "gold set" },
  adapted: " adapted",
  right: "Was that right?",
  which: "Which is it?",
  single: "Meant as one digit?",
  was: "What was it?",
  yes: "Yes",
  no: "No",
  other: "Another",
  tell: "Tell me which",
  none: "Not a digit",
  consent: "Keep this drawing, both answers and this site’s name for 400 days, to teach the reader?",
  keep: "Keep",
  dont: "Don’t",
  declined: "Nothing was kept.",
  change: "Change",
  wait: "One moment…",
  thanks: "Thank you.",
  takeBack: "Undo feedback", // as it is read out: there is another “Undo”
  taken: "Taken back. Nothing is kept.",
  notKept: "That could not be kept.",
  notTaken: "That could not be taken back.",
  later: "I keep trying.",
  forgotten: "You will be asked",
  trouble: {
    unreachable: "The reader cannot be reached.",
    timeout: "The reader takes too long.",
    broken: "The reader has a problem.",
    nonsense: "The reader’s answer makes no sense.",
    refused: "The reader refused.",
  },
};

/** An adapted model's version ends in "+" and its head's. */
export const modelName = ({ name, version }) => name + (version.includes("+") ? words.adapted : "");

export const spoken = (label) => NAMES[label] ?? label;

/** Never rounded up: 0.998 is 99 %. */
export function percent(probability, unit = "\u00a0%") {
  return (Math.min(99, Math.floor(probability * 100 + 1e-9)) || "<\u00a01") + unit;
}

const either = (candidates, say) => candidates.slice(0, 2).map(({ label }) => say(label)).join(" or ");

/** The line under the numeral. @param {import("./answer.js").Digit[]} digits */
export function sentence(digits) {
  const [{ status, label, candidates }] = digits;
  const doubtful = digits.filter((digit) => digit.status !== "recognized").length;
  if (digits.length > 1 && doubtful) return `${digits.length} digits, and I am not sure of ${doubtful}.`;
  if (digits.length > 1) return `I read ${digits.map((digit) => digit.label).join("")}.`;
  if (status === "not_a_digit") return words.notDigit;
  if (status === "unsure") return `${either(candidates, String)}?`;
  return `That is ${label === "8" ? "an" : "a"} ${spoken(label)}.`;
}

/** What is read out. */
export function announcement(digits) {
  const all = digits.map(({ status, label, candidates }) => {
    if (status === "not_a_digit") return words.notDigit;
    return status === "unsure" ? `not sure, ${either(candidates, spoken)}` : spoken(label);
  });
  if (digits.length === 1 && digits[0].status === "recognized") all.push(percent(digits[0].probability, " percent"));
  const text = all.join(", ");
  return text[0].toUpperCase() + text.slice(1);
}
