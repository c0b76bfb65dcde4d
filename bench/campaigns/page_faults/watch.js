// Runs before the page's own scripts: notes what is shown when, and whether markup came to life.
(() => {
  const seen = { markup: [], told: [], drawing: 0, movedAt: 0 };
  const past = []; // drawings that undo returns to, each by its number of strokes
  window.seen = seen;
  window.markupRan = () => seen.markup.push("a script of an answer ran");
  const turn = (strokes) => {
    past.push(seen.drawing);
    seen.drawing = strokes;
  };
  const moved = () => (seen.movedAt = performance.now());

  addEventListener("securitypolicyviolation", (event) => {
    seen.markup.push(`the policy stopped ${event.violatedDirective} ${event.blockedURI}`);
  });
  addEventListener("pointerdown", ({ target }) => target.id === "paper" && turn(seen.drawing + 1), true);
  addEventListener("pointerup", ({ target }) => target.id === "paper" && moved(), true);
  const click = ({ target: { id } }) => {
    if (id === "clear" && seen.drawing) turn(0);
    if (id === "undo" && past.length) seen.drawing = past.pop();
    if (["undo", "clear", "read", "again"].includes(id)) moved();
  };
  addEventListener("click", click, true);

  addEventListener("DOMContentLoaded", () => {
    const [reading, answer, sentence] = ["reading", "answer", "sentence"].map((id) => document.getElementById(id));
    const note = () => {
      const at = performance.now();
      const told = { state: reading.dataset.state, text: answer.textContent, drawing: seen.drawing };
      seen.told.push({ ...told, at, since: at - seen.movedAt });
    };
    // Whatever is said, also the same again, is a new text of the sentence.
    if (sentence) new MutationObserver(note).observe(sentence, { childList: true });
  });
})();
