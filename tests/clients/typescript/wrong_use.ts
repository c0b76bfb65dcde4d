/** What the types of the generated TypeScript client must refuse; it is compiled and never run. */
import type { Digit, FeedbackRequest, ProblemCode, RecognizeRequest } from "./client/index.js";

const SEVEN = [[[10, 10], [60, 10], [30, 90]]];

// @ts-expect-error strokes are arrays
export const text: RecognizeRequest = { strokes: "7" };
// @ts-expect-error candidates are a number
export const guesses: RecognizeRequest = { strokes: SEVEN, candidates: "2" };
// @ts-expect-error a drawing of another kind
export const kind: RecognizeRequest = { pixels: SEVEN };
// @ts-expect-error without consent
export const silent: FeedbackRequest = { strokes: SEVEN, label: "7" };
// @ts-expect-error consent is true
export const refused: FeedbackRequest = { strokes: SEVEN, label: "7", consent: false };
// @ts-expect-error no such code
export const code: ProblemCode = "no_such_code";

export function firstGuess(digit: Digit): number {
  // @ts-expect-error the label is a string
  return digit.candidates[0].label;
}
