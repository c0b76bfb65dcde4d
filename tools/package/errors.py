"""Why there is no package."""


class PackagingFailed(Exception):
    """The package could not be built; what an earlier build left is as it was."""


class NotBuilt(PackagingFailed):
    """A program that packages was started and failed."""

    def __init__(self, what: str, output: str) -> None:
        said = [line.strip() for line in output.splitlines() if line.strip()]
        super().__init__(f"{what}: {said[-1] if said else 'it did not say why'}")
        self.output = output


class NoTemplate(PackagingFailed):
    """The template that is to be merged into Chalice's is not there."""

    def __init__(self, path: str) -> None:
        super().__init__(f"There is no template {path} to merge.")
        self.path = path


class DependencyLeftOut(PackagingFailed):
    """Chalice found no wheel that runs in Lambda, and went on without it."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(
            f"No wheel for Lambda was found for {', '.join(names)}; pin a version in "
            "requirements.txt that has one (manylinux, x86_64, at most glibc 2.34)."
        )
        self.names = names


class DoesNotStart(PackagingFailed):
    """The package cannot import one of its own modules, or cannot open its model."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The package does not start by itself: {reason}. What it needs must be in "
            "requirements.txt and stay out of NEVER_LOADED in tools/package/trim.py."
        )
        self.reason = reason


class ForbiddenContent(PackagingFailed):
    """The package holds what must never ship."""

    def __init__(self, found: list[str]) -> None:
        super().__init__(f"These must not be in the package: {', '.join(found)}.")
        self.found = found


class PackageTooLarge(PackagingFailed):
    """The package is above its limit, zipped or unpacked."""

    def __init__(self, what: str, actual_bytes: int, limit_bytes: int) -> None:
        super().__init__(
            f"The package is {actual_bytes / 1e6:.1f} MB {what}; "
            f"at most {limit_bytes / 1e6:.0f} MB are allowed."
        )
        self.actual_bytes = actual_bytes
        self.limit_bytes = limit_bytes


class LockOutdated(PackagingFailed):
    """A file of requirements and its lock do not say the same."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}; `make lock` writes the locks anew.")


class NotLocked(PackagingFailed):
    """A file that would ship is another than the one that was locked."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} does not have the sha256 that its lock demands, so it was changed since. "
            "Remove .cache/wheels and try again; if that does not help, ship nothing of it."
        )
        self.name = name


class UnknownOrigin(PackagingFailed):
    """Something in the package is neither ours nor out of a locked wheel."""

    def __init__(self, names: list[str]) -> None:
        shown = ", ".join(names[:5])
        super().__init__(
            f"{len(names)} files of the package are not those of a locked wheel: {shown}. "
            "Install anew what is installed (remove .venv), and build again."
        )
        self.names = names


class LicenceNotAllowed(PackagingFailed):
    """Something in the package may not be shipped under the terms it comes under, or has none."""

    def __init__(self, what: str, licence: str) -> None:
        super().__init__(
            f"{what} has the licence {licence or 'of nothing'}; tools/package/licences.py allows "
            "others. Look at its terms, and name it there, or do without it."
        )
        self.what = what
        self.licence = licence
