"""The command line `backroom`. Each command group has a file of its own; nothing heavy is imported before it is needed.

Exit codes: 0 done, 1 something failed, 2 the operator's mistake. Errors are one line on stderr that begins with
"backroom: ". With BACKROOM_DEBUG=1 in the environment, an unexpected error shows its traceback as well.
"""

from __future__ import annotations

import os
import sys
from typing import Any

OK, FAILED, USAGE = 0, 1, 2
_CTRL_C = 130


def main(arguments: list[str] | None = None) -> None:
    """Run a command and leave with its exit code. `arguments` None: those of the process."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """Run a command and return its exit code; never raises what a command raised."""
    import typer

    from assistant.cli.app import app
    from assistant.errors import BackroomError, UsageError

    try:
        result = typer.main.get_command(app)(args=arguments, prog_name="backroom", standalone_mode=False)
        return _ended(result if isinstance(result, int) else OK)
    except typer.Exit as exit_:
        return _ended(exit_.exit_code)
    except typer.Abort:
        return _say("stopped", FAILED)
    except KeyboardInterrupt:
        return _say("stopped", FAILED)
    except SystemExit:
        # What typer makes of a reader that went away (`backroom models list | head -1`): nothing is left to be said.
        return OK
    except UsageError as error:
        return _say(str(error), USAGE)
    except BackroomError as error:
        return _say(str(error), FAILED)
    except Exception as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            return _what_there_is(error)
        if hasattr(error, "format_message"):
            return _say(f"{error.format_message()} (see --help)", USAGE)
        if os.environ.get("BACKROOM_DEBUG"):
            raise
        return _say(
            f"internal error, please report it: {type(error).__name__}: {error} (BACKROOM_DEBUG=1 shows more)", FAILED
        )


def _ended(code: int) -> int:
    """A command's exit code; typer's own for Ctrl-C is one of ours, with a word."""
    return _say("stopped", FAILED) if code == _CTRL_C else code


def _what_there_is(error: Any) -> int:
    """A group without a command: the help of `backroom` itself, one line for a group below it."""
    context = error.ctx
    if context.parent is None:
        print(context.get_help())
        return USAGE
    return _say(f"{context.command_path} needs a command: {', '.join(context.command.commands)} (see --help)", USAGE)


def _say(message: str, code: int) -> int:
    print(f"backroom: {' '.join(message.split())}", file=sys.stderr)
    return code
