"""What can go wrong between a folder of data and a published model."""

from pathlib import Path

from chalicelib.errors import InklingError


class MissingData(InklingError):
    """Data that a command needs is neither there nor to be had."""


class MissingStore(InklingError):
    """The folder of a store of feedback is not there."""

    def __init__(self, location: str) -> None:
        super().__init__(
            f"there is no folder {location}; --store names the one that the server keeps feedback "
            f"in (mkdir makes one that is to be used from now on)"
        )
        self.location = location


class DamagedData(InklingError):
    """A data file does not hold what its format says."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class InvalidOption(InklingError):
    """An option of a command holds a value that it cannot work with."""


class UnusableRun(InklingError):
    """A run folder is missing, incomplete, or was made with other settings."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"{folder}: {reason}")
        self.folder = folder
        self.reason = reason


class UnusablePull(InklingError):
    """A folder cannot be pulled into: another pull is at it, or it is not of this feedback."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"{folder}: {reason}")
        self.folder = folder
        self.reason = reason


class ProcessFailed(InklingError):
    """One of several processes that train together cannot."""

    def __init__(self, rank: int, reason: str) -> None:
        super().__init__(f"process {rank} of this training cannot go on: {reason}")
        self.rank = rank
        self.reason = reason


class TrainingEnded(InklingError):
    """A training of several processes was ended from outside, or one of them was."""

    def __init__(self) -> None:
        super().__init__(
            "the training was ended, or one of its processes was; go on with --resume, "
            "with as many processes"
        )


class ReplacementRefused(InklingError):
    """A model is worse than the one published under its name, which therefore stays."""

    def __init__(self, name: str, version: str, checks: tuple[str, ...]) -> None:
        super().__init__(
            f"{name} {version} stays published: the new model fails {', '.join(checks)}; "
            "publish it all the same with --force REASON"
        )
        self.name = name
        self.version = version
        self.checks = checks


class NoCandidate(InklingError):
    """There is no candidate of that model, or it cannot be one."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"There is no candidate of {name}: {reason}.")
        self.name = name
        self.reason = reason


class PromotionRefused(InklingError):
    """A candidate is worse than what answers now, which therefore goes on answering."""

    def __init__(self, name: str, version: str, checks: tuple[str, ...]) -> None:
        super().__init__(
            f"{name} {version} is not promoted: it fails {', '.join(checks)}; promote it all the "
            "same with --force REASON"
        )
        self.name = name
        self.version = version
        self.checks = checks


class NotPromoted(InklingError):
    """A candidate that is to become the model for good does not answer as the model yet."""

    def __init__(self, name: str, version: str, store: str) -> None:
        super().__init__(
            f"{name} {version} is not promoted in {store}; promote it first, or say --unpromoted"
        )
        self.name = name
        self.version = version
        self.store = store


class ParityFailure(InklingError):
    """The exported file does not compute what the trained network computes."""

    def __init__(self, output: str, difference: float, bound: float) -> None:
        super().__init__(
            f"The ONNX file's {output} differ from the network's by {difference:.2e}; "
            f"at most {bound:.0e} is accepted."
        )
        self.output = output
        self.difference = difference
        self.bound = bound


class FigureDoesNotHold(InklingError):
    """A published file does not reach the figure that the manifest states."""

    def __init__(
        self, model: str, stated: int, stated_of: int, measured: int, measured_of: int
    ) -> None:
        super().__init__(
            f"{model}: the manifest states {stated} of {stated_of} right, "
            f"measured are {measured} of {measured_of}."
        )
        self.model = model
        self.stated = stated
        self.measured = measured


class UnexpectedAnswer(InklingError):
    """The API answered a sound request with an error."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"The API answered {status}: {body}")
        self.status = status
        self.body = body


class NoTerminal(InklingError):
    """The review in the terminal was started where no keys can come in."""

    def __init__(self) -> None:
        super().__init__(
            "The review takes single keys, which needs a terminal on both sides: start it without "
            "pipes, or take the page: python -m export.review --page"
        )


class PortTaken(InklingError):
    """Another program listens on the port already."""

    def __init__(self, port: int) -> None:
        super().__init__(f"Port {port} is taken; choose another one, or none for a free one.")
        self.port = port


class InvalidReviewRequest(InklingError):
    """The review's page, or somebody in its place, sent what makes no sense."""


class BatchBroken(InklingError):
    """A process that read drawings in bulk ended by itself, or was ended."""

    def __init__(self) -> None:
        super().__init__(
            "a process that read drawings was ended (out of memory?); what is done is kept, the "
            "same command goes on, and --processes 1 takes the least memory"
        )


class NoBatch(InklingError):
    """A stage, a bucket or a job that is asked for is not there."""


class StorageRefused(InklingError):
    """AWS refused, or could not be reached."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"AWS: {reason}")
        self.reason = reason


class DamagedResults(InklingError):
    """A file of results is not what `export.batch` writes."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where = where
        self.reason = reason
