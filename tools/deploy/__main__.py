"""The commands of deployment: deploy, site, status, logs, previous, restore, round and others."""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tools.deploy.aws import Account, connect, explained
from tools.deploy.deploy import deploy, publish_site, way_out
from tools.deploy.destroy import destroy
from tools.deploy.errors import BadMoment, BadParameter, DeployFailed
from tools.deploy.fuse import restore
from tools.deploy.recover import recover
from tools.deploy.report import show_logs, show_status
from tools.deploy.schedule import start_round
from tools.deploy.shift import MINUTES, go_back
from tools.deploy.stack import Stack
from tools.deploy.stage import Stage
from tools.deploy.template import ROOT

INTERRUPTED = 130


def main() -> int:
    """Do what is asked; return 1 with one line where that fails."""
    options = _parse()
    try:
        with explained():
            stage = Stage(options.stage)
            if options.run:
                options.run(connect(), stage, options)
    except DeployFailed as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            "\nStopped here; what AWS has begun it goes on with. "
            f"`make status STAGE={options.stage}` shows how it is, the same command goes on.",
            file=sys.stderr,
        )
        return INTERRUPTED
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.deploy", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = _command(commands, "deploy", _deploy, "make or change the stage, and look at it")
    command.add_argument("--build", type=Path, default=ROOT / "build", help="default: build")
    command.add_argument(
        "--watch",
        type=int,
        default=MINUTES,
        metavar="MINUTES",
        help="let a new version answer a tenth of the requests for so long; 0: all at once; "
        "default: %(default)s",
    )
    command.add_argument("parameters", nargs="*", metavar="Name=value", help="of the stack")
    _command(commands, "check", None, "see that the stage can be one, and do nothing")
    _command(commands, "site", _site, "put the page alone")
    _command(commands, "status", _status, "say how the stage is")
    _command(commands, "restore", _restore, "let requests through after the budget fuse has blown")
    _command(commands, "round", _round, "begin a round of learning now")
    command = _command(commands, "previous", _previous, "let an earlier version of the API answer")
    command.add_argument("--version", help="its number; default: the one before")
    command = _command(commands, "logs", _logs, "print what the stage wrote")
    command.add_argument("--minutes", type=int, default=60, help="how far back; default: 60")
    command.add_argument("--follow", action="store_true", help="go on until Ctrl-C")
    command = _command(commands, "recover", _recover, "bring back what is gone from its feedback")
    command.add_argument("--key", required=True, help="of an object, or a folder with its slash")
    command.add_argument("--before", default="", help="as of when, in UTC; default: as it was last")
    command = _command(commands, "destroy", _destroy, "remove the stage")
    command.add_argument("--keep-feedback", action="store_true")
    command.add_argument("--yes", action="store_true", help="do not ask")
    return parser.parse_args()


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[Account, Stage, argparse.Namespace], None] | None,
    text: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text)
    command.add_argument("--stage", required=True)
    command.set_defaults(run=run)
    return command


def _deploy(account: Account, stage: Stage, options: argparse.Namespace) -> None:
    given = dict(map(_parameter, options.parameters))
    print(f"Done: {deploy(account, stage, options.build, given, options.watch)}")


def _parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise BadParameter(text, ["the stack's parameters"])
    return name, value


def _site(account: Account, stage: Stage, options: argparse.Namespace) -> None:  # noqa: ARG001 - every command takes the same
    print(f"Done: {publish_site(account, stage)}")


def _status(account: Account, stage: Stage, options: argparse.Namespace) -> None:  # noqa: ARG001 - every command takes the same
    show_status(account, stage)


def _restore(account: Account, stage: Stage, options: argparse.Namespace) -> None:  # noqa: ARG001 - every command takes the same
    had = restore(account, Stack(account, stage.stack))
    print("The API answers again." if had else "The budget fuse is whole; nothing to do.")


def _round(account: Account, stage: Stage, options: argparse.Namespace) -> None:  # noqa: ARG001 - every command takes the same
    start_round(account, stage)


def _previous(account: Account, stage: Stage, options: argparse.Namespace) -> None:
    next_step = way_out(stage.stack, "UPDATE_COMPLETE", stage)
    version = go_back(account, stage, options.version, next_step)
    print(f"Done: version {version} answers. The next `make deploy` brings a new one, or the same.")
    print(
        "The page stays as it was last put; to take it back too, check out the commit that it is "
        f"to come from and run `make deploy-site STAGE={stage.name}`."
    )


def _recover(account: Account, stage: Stage, options: argparse.Namespace) -> None:
    moment = _moment(options.before) if options.before else None
    count = recover(account, stage, options.key, moment)
    print("Done." if count else "Nothing is gone; to undo a change, say as of when: BEFORE=...")


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadMoment(text) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _logs(account: Account, stage: Stage, options: argparse.Namespace) -> None:
    show_logs(account, stage, since=timedelta(minutes=options.minutes), follow=options.follow)


def _destroy(account: Account, stage: Stage, options: argparse.Namespace) -> None:
    destroy(account, stage, keep_feedback=options.keep_feedback, confirmed=options.yes)
    print("Done.")


if __name__ == "__main__":
    sys.exit(main())
