"""The peer: FastAPI, uvicorn, onnxruntime and Pillow, put together as their manuals show.

    MODEL=model.onnx uvicorn peer:app

`/upload` is the manuals' way. `/tuned` is the same with what who tunes would change: the image as
the body, no thread of the pool, one thread of onnxruntime.
"""

import io
import os
from pathlib import Path

import numpy as np
import onnxruntime as ort
from fastapi import FastAPI, Request, UploadFile
from PIL import Image, ImageOps
from pydantic import BaseModel

SIDE_PX = 28
MODEL = Path(os.environ["MODEL"]).read_bytes()

one_thread = ort.SessionOptions()
one_thread.intra_op_num_threads = 1
session = ort.InferenceSession(MODEL)
tuned_session = ort.InferenceSession(MODEL, one_thread)
app = FastAPI()


class Candidate(BaseModel):
    """One guess."""

    label: str
    probability: float


class Reading(BaseModel):
    """What the model makes of a drawing."""

    label: str
    candidates: list[Candidate]


@app.post("/upload")
def upload(image: UploadFile) -> Reading:
    """Read an image sent as a form's file."""
    return read(Image.open(image.file), session)


@app.post("/tuned")
async def tuned(request: Request) -> Reading:
    """Read an image sent as the body."""
    return read(Image.open(io.BytesIO(await request.body())), tuned_session)


def read(image: Image.Image, network: ort.InferenceSession) -> Reading:
    """Scale dark ink on light paper to the model's size, and run it."""
    small = ImageOps.invert(image.convert("L")).resize((SIDE_PX, SIDE_PX))
    pictures = np.asarray(small, np.float32)[None, None] / 255
    logits = network.run(["logits"], {"pictures": pictures})[0][0]
    powers = np.exp(logits - logits.max())
    probabilities = powers / powers.sum()
    best = np.argsort(-probabilities[:10])[:3]
    candidates = [Candidate(label=str(i), probability=float(probabilities[i])) for i in best]
    return Reading(label=candidates[0].label, candidates=candidates)
