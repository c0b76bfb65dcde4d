"""Why a command of deployment did not do what it was asked; each says what to do next."""

from collections.abc import Sequence


class DeployFailed(Exception):
    """The command stopped; running it again goes on from where it is."""


class BadStage(DeployFailed):
    """The name cannot be a part of the names of buckets."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"STAGE={name!r} is no stage; take up to 16 lower case letters, digits and hyphens, "
            "beginning with a letter, as in STAGE=prod"
        )
        self.name = name


class BadParameter(DeployFailed):
    """A parameter is not of the form Name=value, or the stack has none of that name."""

    def __init__(self, text: str, names: Sequence[str]) -> None:
        super().__init__(
            f"{text!r} sets no parameter; write Name=value, with one of {', '.join(names)}"
        )
        self.text = text


class NoPackage(DeployFailed):
    """Nothing was packaged."""

    def __init__(self, path: str) -> None:
        super().__init__(f"There is no {path}; run `make package` first.")
        self.path = path


class NoCredentials(DeployFailed):
    """AWS does not know who asks."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"AWS does not know who you are: {reason} "
            "Sign in (`aws configure`, `aws sso login`) or name a profile: "
            "AWS_PROFILE=name make ..."
        )
        self.reason = reason


class NotAllowed(DeployFailed):
    """Whoever asks may not do this."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"{reason} Ask the account's owner for the right, or take another profile."
        )
        self.reason = reason


class NoRegion(DeployFailed):
    """Nothing says where to deploy to."""

    def __init__(self) -> None:
        super().__init__("No region is set; name one: AWS_DEFAULT_REGION=eu-central-1 make ...")


class RegionLacksService(DeployFailed):
    """The region is none, or has not all that the stack is made of."""

    def __init__(self, region: str, services: Sequence[str]) -> None:
        super().__init__(
            f"The region {region} has no {', '.join(services)}; "
            "take another one: AWS_DEFAULT_REGION=eu-central-1 make ..."
        )
        self.region = region
        self.services = tuple(services)


class Unreachable(DeployFailed):
    """AWS does not answer."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"AWS cannot be reached: {reason} Check the network and run it again.")
        self.reason = reason


class BucketNameTaken(DeployFailed):
    """Somebody else has a bucket of the name."""

    def __init__(self, bucket: str) -> None:
        super().__init__(
            f"The bucket name {bucket} is taken by another account; "
            "take another name for the stage: make deploy STAGE=..."
        )
        self.bucket = bucket


class StackStuck(DeployFailed):
    """The stack is in a state from which it cannot be updated."""

    def __init__(self, stack: str, status: str, next_step: str) -> None:
        super().__init__(f"The stack {stack} is in {status} and cannot be changed. {next_step}")
        self.stack = stack
        self.status = status


class StackFailed(DeployFailed):
    """AWS could not make, change or remove the stack."""

    def __init__(self, stack: str, status: str, reasons: Sequence[str], next_step: str) -> None:
        why = "; ".join(reasons) or "AWS gave no reason"
        super().__init__(f"The stack {stack} ended in {status}: {why}. {next_step}")
        self.stack = stack
        self.status = status
        self.reasons = tuple(reasons)


class NotDeployed(DeployFailed):
    """There is no such stage."""

    def __init__(self, stack: str, stage: str, region: str) -> None:
        super().__init__(
            f"There is no stack {stack} in {region}; make it with `make deploy STAGE={stage}`, "
            "or name the region where it is: AWS_DEFAULT_REGION=... make ..."
        )
        self.stack = stack


class NotLive(DeployFailed):
    """The stack is there, but the site does not work."""

    def __init__(self, address: str, reason: str, stage: str) -> None:
        super().__init__(f"{address} {reason}. See `make logs STAGE={stage}`.")
        self.address = address
        self.reason = reason


class FuseBlown(DeployFailed):
    """The month's budget is spent, and the API shut."""

    def __init__(self, stage: str) -> None:
        super().__init__(
            "The budget fuse has blown: the API answers 429. Raise MonthlyBudget if need be, "
            f"then `make restore STAGE={stage}`."
        )


class AlarmsRaised(DeployFailed):
    """Alarms have gone off already, so nothing would tell whether a new version is any better."""

    def __init__(self, names: Sequence[str]) -> None:
        sections = ", ".join(f"{name} (docs/operations.md#{name.lower()})" for name in names)
        super().__init__(
            f"A new version could not be watched, for alarms have gone off already: {sections}. "
            "Wait until they are over, or let it answer all requests at once: make deploy WATCH=0"
        )
        self.names = names


class TakenBack(DeployFailed):
    """Somebody took a new version back while it had a tenth of the requests."""

    def __init__(self, live: str) -> None:
        super().__init__(
            f"Somebody let version {live} answer all requests again, so it stays so. "
            "The same command brings the new one anew."
        )
        self.live = live


class VersionBroken(DeployFailed):
    """A new version had a tenth of the requests, and does not read a seven."""

    def __init__(self, version: str, fault: str, live: str) -> None:
        super().__init__(
            f"The new version {version} {fault}. It was taken back before it answered all "
            f"requests: {live} does. Mend the cause and deploy again."
        )
        self.version = version
        self.fault = fault


class NoEarlierVersion(DeployFailed):
    """There is no version to go back to, or not the one that was asked for."""

    def __init__(self, live: str, wanted: str | None, versions: Sequence[int]) -> None:
        what = "no earlier version" if wanted is None else f"no version {wanted}"
        there = ", ".join(map(str, sorted(versions)))
        super().__init__(f"The API has {what}: it answers with {live}, and there are {there}.")
        self.live = live


class NothingToRecover(DeployFailed):
    """There is no earlier version to bring back."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(
            f"{key} cannot be brought back: {reason}. Versions of what was learnt are kept for "
            "thirty days, those of feedback for one."
        )
        self.key = key


class BadMoment(DeployFailed):
    """What was given as a time is none."""

    def __init__(self, text: str) -> None:
        super().__init__(f"BEFORE={text!r} is no time; write it as 2026-11-21T12:00 (UTC)")
        self.text = text


class NotConfirmed(DeployFailed):
    """Whoever was asked did not say yes."""

    def __init__(self) -> None:
        super().__init__("Nothing was removed.")
