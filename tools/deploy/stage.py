"""A stage, and the names that follow from its own."""

import re
from dataclasses import dataclass

from tools.deploy.aws import Account
from tools.deploy.errors import BadStage

PREFIX = "inkling"
SHARED = f"{PREFIX}-shared"  # the stack that all stages share
_NAME = re.compile(r"[a-z][a-z0-9-]{0,14}[a-z0-9]|[a-z]")


@dataclass(frozen=True, slots=True)
class Stage:
    """One installation, as `prod`. Raises BadStage."""

    name: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or self.stack == SHARED:
            raise BadStage(self.name)

    @property
    def stack(self) -> str:
        """The name of its stack."""
        return f"{PREFIX}-{self.name}"

    def feedback_bucket(self, account: Account) -> str:
        """Return the name of its feedback bucket, as the template forms it."""
        return f"{self.stack}-feedback-{account.id}-{account.region}"
