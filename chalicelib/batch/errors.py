"""What can be wrong with an input of a batch beyond what a single request can get wrong.

`code` is what the result says, beside the codes of the API's problems.
"""

from typing import ClassVar

from chalicelib.errors import InklingError


class UnusableInput(InklingError):
    """An object, or an entry of an archive, in which no drawing can be looked for."""

    code: ClassVar[str]


class EmptyInput(UnusableInput):
    """There is nothing to read in it."""

    code = "empty_input"

    def __init__(self) -> None:
        super().__init__("There is no drawing in it: no byte, no line or no entry.")


class InputTooLarge(UnusableInput):
    """It is larger than what one input may be."""

    code = "input_too_large"

    def __init__(self, actual_bytes: int, limit_bytes: int) -> None:
        super().__init__(f"It is {actual_bytes} bytes; at most {limit_bytes} are taken as one.")
        self.actual_bytes = actual_bytes
        self.limit_bytes = limit_bytes


class TooManyInputs(UnusableInput):
    """It holds more lines or entries than one input may."""

    code = "too_many_inputs"

    def __init__(self, limit: int) -> None:
        super().__init__(f"It holds more than {limit} lines or entries; send it in several.")
        self.limit = limit


class UnsupportedInput(UnusableInput):
    """It is neither an image that is read nor an archive nor lines of JSON objects."""

    code = "unsupported_input"

    def __init__(self) -> None:
        super().__init__(
            "It is neither a PNG, JPEG or WebP, nor a zip file, nor JSON lines, "
            "of which the first begins with {."
        )


class InvalidArchive(UnusableInput):
    """It begins as a zip file does but cannot be read as one."""

    code = "invalid_archive"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The zip file cannot be read: {reason}.")
        self.reason = reason


class EncryptedEntry(UnusableInput):
    """An entry of an archive is encrypted."""

    code = "encrypted_entry"

    def __init__(self) -> None:
        super().__init__("The entry is encrypted; send it without a password.")


class UnsupportedCompression(UnusableInput):
    """An entry of an archive is compressed in a way that is not read."""

    code = "unsupported_compression"

    def __init__(self, method: int) -> None:
        super().__init__(f"Compression {method} is not read; only stored and deflated entries are.")
        self.method = method


class NestedArchive(UnusableInput):
    """An entry of an archive is an archive itself."""

    code = "nested_archive"

    def __init__(self) -> None:
        super().__init__("The entry is a zip file itself; send it by itself.")


class InputGone(UnusableInput):
    """The object was removed before it was read."""

    code = "input_gone"

    def __init__(self) -> None:
        super().__init__("It was removed before it was read.")


class InputUnreadable(UnusableInput):
    """A file is there, and the system does not let it be read."""

    code = "input_unreadable"

    def __init__(self, reason: str) -> None:
        super().__init__(f"It cannot be read: {reason}.")
        self.reason = reason


class InputChanged(UnusableInput):
    """The object was replaced before it was read."""

    code = "input_changed"

    def __init__(self) -> None:
        super().__init__("Another content took its place before it was read.")


class UnknownMessage(InklingError):
    """A message of the queue is nothing that this version puts or S3 sends there."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The message cannot be understood: {reason}.")
        self.reason = reason
