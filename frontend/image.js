/** An image instead of a drawing: chosen, dropped or pasted. */
import { get } from "./dom.js";

const MAX_SIDE_PX = 480; // as a PNG within what the API takes, whatever it shows

export function takeImages(onPhoto, onRefused) {
  const file = get("file");
  const take = (files) => files.length && read(files[0]).then(onPhoto, onRefused);
  get("image").onclick = () => file.click();
  file.onchange = async () => {
    await take(file.files);
    file.value = ""; // so that it can be chosen again
  };
  for (const type of ["paste", "dragover", "drop"])
    document.addEventListener(type, (/** @type {any} */ event) => {
      event.preventDefault();
      take((event.clipboardData ?? event.dataTransfer).files); // none yet while dragged over
    });
}

/** Redrawn small enough, and without its metadata. */
async function read(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, MAX_SIDE_PX / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((px) => Math.max(1, Math.round(px * scale)));
  const source = Object.assign(document.createElement("canvas"), { width, height });
  source.getContext("2d")?.drawImage(bitmap, 0, 0, width, height);
  return { url: source.toDataURL(), width, height, source };
}
