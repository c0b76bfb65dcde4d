"""Requests to a running site, each judged by its answer."""

import base64
import json
import random
import secrets as chance_for_secrets
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any

from bench.campaigns.security import faults
from bench.campaigns.security.faults import Tally
from bench.campaigns.security.oddities import (
    HEADERS,
    TRAVERSALS,
    altered_receipt,
    other_origin,
)
from bench.campaigns.security.site import Answer, Site, ask
from bench.events import SEVEN, painted_png

LISTED = ("https://inkling.example", "http://localhost:8080")
JSON = {"Content-Type": "application/json"}
READ = ("/v1/models", "/v1/models/cnn", "/v1/health", "/v1/openapi.json")
PAGES = ("/", "/index.html", "/main.js", "/styles.css", "/icon.svg", "/config.js")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Probes:
    """Sends probes of several kinds by turns of chance, and tallies what is wrong.

    secrets: what no server may write, by kind: all that was sent and what was answered in trust.
    """

    def __init__(self, site: Site, rng: random.Random, tally: Tally) -> None:
        self._site = site
        self._rng = rng
        self._tally = tally
        self.secrets: dict[str, str] = {}
        self._receipts: list[str] = []

    def send(self) -> None:
        """Send one probe, or the few that belong together."""
        probe: Callable[[], None] = self._rng.choice(
            (
                self._origin,
                self._traverse_api,
                self._traverse_page,
                self._alter_receipt,
                self._odd_header,
                self._bad_body,
                self._feedback,
                self._any_method,
            )
        )
        probe()

    def finish(self) -> None:
        """Take back what was given: each true receipt opens, once."""
        for receipt in self._receipts:
            statuses = [self._ask("DELETE", f"/v1/feedback/{receipt}").status for _ in range(2)]
            if statuses != [204, 404]:
                self._tally.note(faults.RECEIPTS, f"a true receipt is answered {statuses}")
        self._receipts.clear()

    def lose_storage(self) -> None:
        """Ask for what needs the storage, which is away; the answers tell nothing of it."""
        fields = self._drawing() | {"label": "7", "consent": True}
        key = self._secret("an Idempotency-Key")
        headers = JSON | {"Idempotency-Key": key}
        receipt = f"20260301-{self._rng.randbytes(16).hex()}-{self._secret('a receipt', 43)}"
        for method, path, body in (
            ("POST", "/v1/feedback", _body(fields)),
            ("DELETE", f"/v1/feedback/{receipt}", b""),
        ):
            status = self._ask(method, path, body, headers).status
            if status != 503:
                self._tally.note(faults.BROKEN, f"without storage {method} is answered {status}")

    def _origin(self) -> None:
        listed = self._rng.choice(LISTED)
        origin = listed if self._rng.random() < 0.2 else other_origin(self._rng, listed)
        method, path = self._rng.choice(("GET", "OPTIONS", "POST")), self._rng.choice(READ)
        answer = self._ask(method, path, headers={"Origin": origin})
        if wrong := faults.allows(answer, origin, LISTED):
            self._tally.note(faults.ORIGINS, wrong)

    def _traverse_api(self) -> None:
        base = self._rng.choice(("/v1/models/", "/v1/feedback/", "/", "/v1/"))
        path = base + self._rng.choice(TRAVERSALS)
        method = self._rng.choice(("GET", "DELETE"))
        answer = self._ask(method, path)
        if answer.status < 400:
            self._tally.note(faults.PLACES, f"{method} {path} is answered {answer.status}")

    def _traverse_page(self) -> None:
        name = self._rng.choice(TRAVERSALS)
        path = self._rng.choice(("/", "//", "/./", "/main.js/", "/sub/../")) + name
        answer = self._ask_page("GET", path)
        if answer.status != 404:
            self._tally.note(faults.PLACES, f"the page: {path} is answered {answer.status}")
        path = self._rng.choice(PAGES)
        if (status := self._ask_page("GET", path).status) != 200:
            self._tally.note(faults.BROKEN, f"the page: {path} is answered {status}")

    def _alter_receipt(self) -> None:
        if not self._receipts:
            self._feedback()
        receipt = altered_receipt(self._rng, self._rng.choice(self._receipts))
        answer = self._ask("DELETE", f"/v1/feedback/{receipt}")
        if answer.status != 404:
            self._tally.note(faults.RECEIPTS, f"an altered one is answered {answer.status}")

    def _odd_header(self) -> None:
        odd = self._rng.choice(HEADERS)
        sound = _body(self._drawing())
        answer = self._ask("POST", "/v1/recognize", sound, JSON | odd)
        forged = answer.headers.get("x-request-id") == "forged"
        echoed = any("evil.example" in value for value in answer.headers.values())
        if answer.status >= 500 or forged or echoed:
            self._tally.note(faults.BROKEN, f"{odd} is answered {answer.status}")

    def _bad_body(self) -> None:
        mark = self._secret("a drawing")
        body = self._rng.choice(
            (
                mark.encode(),
                _body({"strokes": mark}),
                _body({"strokes": [[[1, mark]]]}),
                _body({"image": mark}),
                _body({"image": base64.b64encode(mark.encode() * 9).decode()}),
                _body(self._drawing() | {"model": 1, "trace": mark}),
                _body({"strokes": [SEVEN], "label": mark, "consent": True}),
                b'{"strokes": "' + mark.encode(),
                b"\xff\xfe" + mark.encode(),
                painted_png()[: self._rng.randrange(20, 400)],
            )
        )
        headers = self._rng.choice((JSON, {"Content-Type": "image/png"}, {"Content-Type": mark}))
        path = self._rng.choice(("/v1/recognize", "/v1/feedback"))
        answer = self._ask("POST", path, body, headers)
        if not 400 <= answer.status < 500:
            self._tally.note(faults.BROKEN, f"{path}: bad body is answered {answer.status}")

    def _feedback(self) -> None:
        predicted = {"label": "1", "probability": 0.5, "model": self._secret("a model's name")}
        fields = self._drawing() | {
            "label": self._rng.choice((*"0123456789", None)),
            "predicted": predicted | {"version": self._secret("a version")},
            "consent": True,
        }
        headers = JSON | {
            "Idempotency-Key": self._secret("an Idempotency-Key"),
            "User-Agent": self._secret("a user agent"),
            "Cookie": self._secret("a cookie"),
            "Referer": f"https://inkling.example/{self._secret('an address')}",
        }
        answer = self._ask("POST", "/v1/feedback", _body(fields), headers)
        if answer.status != 201:
            self._tally.note(faults.BROKEN, f"feedback is answered {answer.status}")
            return
        receipt: str = json.loads(answer.body)["receipt"]
        self.secrets[receipt.split("-", 2)[2]] = "a receipt"
        self._receipts.append(receipt)

    def _any_method(self) -> None:
        method, path = self._rng.choice(METHODS), self._rng.choice((*READ, "/v1/recognize", "/no"))
        if self._ask(method, path).status >= 500:
            self._tally.note(faults.BROKEN, f"{method} {path} breaks the server")

    def _drawing(self) -> dict[str, Any]:
        """Return a 7 one of whose numbers comes nowhere else."""
        offset = self._rng.randrange(10**8, 10**9)
        self.secrets[str(offset)] = "a drawing"
        moved = [[float(x + offset), float(y)] for x, y in SEVEN]
        return {"strokes": [moved, [[float(offset), 50.0]]]}

    def _secret(self, kind: str, characters: int = 22) -> str:
        """Return a text that comes nowhere else; not of the seed, so that no other run has it."""
        text = chance_for_secrets.token_hex(characters)[:characters]
        self.secrets[text] = kind
        return text

    def _ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Ask the API; judge what holds of each answer."""
        answer = self._answer(self._site.api, method, path, body, headers)
        for name in faults.missing_in_api(answer):
            self._tally.note(faults.HEADERS, f"{method} {path}: {name}")
        return answer

    def _ask_page(self, method: str, path: str) -> Answer:
        answer = self._answer(self._site.page, method, path)
        for name in faults.missing_in_page(answer):
            self._tally.note(faults.HEADERS, f"the page: {path}: {name}")
        return answer

    def _answer(
        self,
        base: str,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        try:
            answer = ask(base, method, path, body, headers)
        except (OSError, HTTPException) as error:
            self._tally.note(faults.BROKEN, f"{method} {path} gets no answer ({error!r})")
            return Answer(method, 0, {}, b"")
        if base == self._site.api and (found := faults.internals_in(answer)):
            self._tally.note(faults.INTERNALS, f"{method} {path}: {found}")
        return answer


def _body(fields: Mapping[str, Any]) -> bytes:
    return json.dumps(fields).encode()
