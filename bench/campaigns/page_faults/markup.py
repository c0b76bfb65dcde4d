"""Answers that carry markup wherever they carry text."""

from bench.campaigns.page_faults.nonsense import MODELS, PROBLEM
from bench.campaigns.page_faults.visit import Visit
from bench.faulty_api import Reply, reading

PAYLOADS = (
    "<img src=x onerror=markupRan()>",
    "<script>markupRan()</script>",
    "<svg onload=markupRan()>",
    "<iframe srcdoc='<script>parent.markupRan()</script>'>",
    "javascript:markupRan()",
    "'\"><style>*{display:none}</style>",
    "${markupRan()}",
    "{{constructor.constructor('markupRan()')()}}",
)
TEXTS = ("label", "name", "version", "candidate", "status", "seen")


def in_a_reading(visit: Visit) -> None:
    """Markup as a label, a model's name or version, a candidate, a status or a picture."""
    visit.open()
    payload, text = _payload(visit), TEXTS[visit.rng.integers(len(TEXTS))]
    body = reading((payload if text == "label" else "7", "recognized"))
    (digit,) = body["digits"]
    if text in ("name", "version"):
        for model in [body["model"], *body["models"]]:
            model[text] = payload
    elif text == "candidate":
        digit["candidates"][1]["label"] = payload
    elif text in ("status", "seen"):
        digit[text] = f"data:image/svg+xml,{payload}" if text == "seen" else payload
    visit.api.answer("recognize", Reply(body))
    visit.draw()
    visit.settle()


def in_a_refusal(visit: Visit) -> None:
    """Markup in each text of a problem."""
    visit.open()
    payload = _payload(visit)
    body = PROBLEM | dict.fromkeys(("title", "detail", "code", "type", "field"), payload)
    visit.api.answer("recognize", Reply(body, int(visit.rng.choice([400, 422, 503]))))
    visit.draw()
    visit.settle()


def in_the_models(visit: Visit) -> None:
    """Markup in the models' names, versions and sets."""
    payload = _payload(visit)
    models = [{**model, "name": payload, "version": payload} for model in MODELS["models"]]
    visit.api.answer("models", Reply({"models": models}))
    visit.open()
    visit.draw()
    visit.settle()


def in_a_receipt(visit: Visit) -> None:
    """Markup in the answer to feedback, also when it is taken back."""
    visit.open()
    visit.draw()
    visit.settle()
    payload = _payload(visit)
    refusal = Reply({"detail": payload, "title": payload}, 422)
    visit.api.answer("feedback", Reply({"id": payload, "receipt": payload}, 201), refusal)
    visit.say()
    visit.given -= 1  # this API keeps nothing
    visit.page.locator("#thanks button").first.click()
    visit.hear("textContent.includes('could not be taken back')")


def _payload(visit: Visit) -> str:
    return PAYLOADS[visit.rng.integers(len(PAYLOADS))]


KINDS = (in_a_reading, in_a_refusal, in_the_models, in_a_receipt)
