"""What can go wrong in Inkling, as facts without HTTP in them.

Each class is raised where the fact is known and carries it in typed fields;
`chalicelib.http.problems` alone turns a class into a status, a code and a title.
"""

from datetime import datetime


class InklingError(Exception):
    """Something that Inkling expects to go wrong; its text is fit for the caller."""


class InvalidJson(InklingError):
    """The body is not strict JSON (RFC 8259 without NaN, Infinity and duplicate names)."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The body is not valid JSON: {reason}.")
        self.reason = reason


class JsonTooDeep(InklingError):
    """The body nests arrays and objects deeper than any request of this API needs."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body nests deeper than {limit} levels.")
        self.limit = limit


class PayloadTooLarge(InklingError):
    """The body is larger than the API takes."""

    def __init__(self, actual_bytes: int, limit_bytes: int) -> None:
        super().__init__(f"The body is {actual_bytes} bytes; at most {limit_bytes} are taken.")
        self.actual_bytes = actual_bytes
        self.limit_bytes = limit_bytes


class UnsupportedMediaType(InklingError):
    """The Content-Type is missing or none that the route takes."""

    def __init__(self, actual: str | None, supported: tuple[str, ...]) -> None:
        found = f"is {actual!r}" if actual else "is missing"
        super().__init__(f"Content-Type {found}; send one of {', '.join(supported)}.")
        self.actual = actual
        self.supported = supported


class RequestFieldError(InklingError):
    """One field of the request is at fault.

    pointer: names it (RFC 6901); None for a header, which no pointer reaches.
    """

    def __init__(self, pointer: str | None, detail: str) -> None:
        super().__init__(detail)
        self.pointer = pointer


class InvalidField(RequestFieldError):
    """A field is unknown, missing, of the wrong type or out of range."""


class InvalidBase64(RequestFieldError):
    """A field that must hold base64 holds something else."""


class ConsentRequired(RequestFieldError):
    """Feedback came without the sender's consent, so nothing is kept."""

    def __init__(self) -> None:
        super().__init__("/consent", "Nothing is stored unless consent is true.")


class UnsupportedImage(InklingError):
    """The bytes are no PNG, JPEG or WebP, whatever their name says."""

    def __init__(self) -> None:
        super().__init__("The image is neither a PNG nor a JPEG nor a WebP.")


class InvalidImage(InklingError):
    """The bytes begin as an image does but cannot be decoded."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The image cannot be decoded: {reason}.")
        self.reason = reason


class ImageTooLarge(InklingError):
    """The image's header announces more pixels than are decoded."""

    def __init__(self, width: int, height: int, limit_pixels: int, limit_side_px: int) -> None:
        super().__init__(
            f"The image is {width} x {height}; at most {limit_pixels} pixels "
            f"and {limit_side_px} a side are taken."
        )
        self.width = width
        self.height = height


class AnimatedImage(InklingError):
    """The image holds several frames, so it is not one drawing."""

    def __init__(self) -> None:
        super().__init__("The image is animated; send a single frame.")


class EmptyDrawing(InklingError):
    """There is no ink in the drawing."""

    def __init__(self) -> None:
        super().__init__("The drawing holds no ink.")


class TooManyDigits(InklingError):
    """The drawing falls into more digits than one answer holds."""

    def __init__(self, actual: int, limit: int) -> None:
        super().__init__(f"The drawing holds {actual} digits; at most {limit} are read.")
        self.actual = actual
        self.limit = limit


class UnknownModel(RequestFieldError):
    """No model of that name is published."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__("/model", f"There is no model {name!r}; there are {', '.join(known)}.")
        self.name = name
        self.known = known


class NotFound(InklingError):
    """What was asked for is not there (or is no longer)."""

    def __init__(self, what: str) -> None:
        super().__init__(f"There is no such {what}.")
        self.what = what


class UnknownVersion(NotFound):
    """A model has no such version, or has it no longer."""

    def __init__(self, model: str, version: str, known: tuple[str, ...]) -> None:
        super().__init__(f"version of {model} as {version!r}; there is {', '.join(known)}")
        self.version = version
        self.known = known


class MethodNotAllowed(InklingError):
    """The address exists, but not with this method."""

    def __init__(self, method: str, allowed: tuple[str, ...]) -> None:
        super().__init__(f"{method} is not allowed here; allowed: {', '.join(allowed)}.")
        self.method = method
        self.allowed = allowed


class IdempotencyConflict(InklingError):
    """The same Idempotency-Key came before with another body."""

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used before with another body.")


class StorageUnavailable(InklingError):
    """The store did not take or give what was asked of it; trying again may help."""

    def __init__(self, operation: str) -> None:
        super().__init__("The storage cannot be reached at the moment; try again soon.")
        self.operation = operation


class InvalidSetting(InklingError):
    """An environment variable holds a value that Inkling cannot work with."""

    def __init__(self, variable: str, reason: str) -> None:
        super().__init__(f"{variable} {reason}")
        self.variable = variable


class UnusableModel(InklingError):
    """A model file or the manifest is missing, damaged or made for something else."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason


class UnusableHead(InklingError):
    """A stored head, rollout, history entry or pointer is missing, damaged or for another model."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where} {reason}")
        self.where = where
        self.reason = reason


class ClockLeapt(InklingError):
    """The clock was set, or nobody swept the feedback for long: nothing goes for its age yet."""

    def __init__(self, to: datetime) -> None:
        super().__init__(
            f"By the clock, nobody had swept this feedback for long when it was {to:%Y-%m-%d}, or "
            "the clock was set. If it is right now, sweep with --trust-clock; else set it."
        )
        self.to = to


class HeadsFrozen(InklingError):
    """Somebody has frozen the heads, so no round may promote any."""

    def __init__(self) -> None:
        super().__init__("The heads are frozen: nothing is promoted until they are unfrozen.")


class HeadsChanged(InklingError):
    """Other heads became current since they were read, so what was to follow did not happen."""

    def __init__(self) -> None:
        super().__init__("Other heads have become current meanwhile; look again and decide anew.")


class NothingToRollBack(InklingError):
    """The heads as shipped are current, and there is nothing before them."""

    def __init__(self) -> None:
        super().__init__("The models answer as trained: there is nothing to roll back.")


class RolloutsChanged(InklingError):
    """Another rollout began or ended since they were read, so what was to follow did not happen."""

    def __init__(self) -> None:
        super().__init__("The rollouts have changed meanwhile; look again and decide anew.")


class NoRollout(InklingError):
    """No candidate of that model is being tried."""

    def __init__(self, model: str) -> None:
        super().__init__(f"No rollout of {model} is on.")
        self.model = model


class DamagedFeedback(InklingError):
    """A stored record or picture is not what Inkling writes; it is left as it is."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key} is no feedback: {reason}.")
        self.key = key
        self.reason = reason


class CandidateFailed(InklingError):
    """A candidate could not read pictures, or gave no numbers; the live version is none the worse.

    error: what it did.
    """

    def __init__(self, model: str, error: Exception) -> None:
        super().__init__(f"The candidate of {model} has failed; ask {model} itself.")
        self.model = model
        self.error = error
