/** The drawing on the paper, kept by the browser until the tab closes: a reload loses none. */
import { ofTab } from "./storage.js";

const KEY = "inkling.drawing";

/** @param {import("./drawing.js").Drawing} drawing */
export function keepDraft({ strokes, photo }) {
  const { url, width, height } = photo ?? {};
  if (photo || strokes.length) ofTab.write(KEY, JSON.stringify({ strokes, photo: photo && { url, width, height } }));
  else ofTab.erase(KEY);
}

/** What was on the paper; null where nothing was. @returns {Promise<import("./drawing.js").Drawing | null>} */
export async function draft() {
  try {
    const { strokes, photo } = JSON.parse(ofTab.read(KEY));
    if (!strokes.flat().every((point) => point.every(Number.isFinite))) return null;
    if (!photo) return strokes.length ? { strokes, photo } : null;
    const source = Object.assign(new Image(), { src: photo.url });
    await source.decode();
    return { strokes: [], photo: { ...photo, source } };
  } catch {
    return null; // nothing, or not as we write it
  }
}
