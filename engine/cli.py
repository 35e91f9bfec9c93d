"""The command line `matte`: commands, exit codes, and no traceback for people.

Exit codes: 0 all went well, 1 a photograph failed, 2 the command was not understood or refused,
130 stopped with Ctrl+C.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from engine.commands.composite import composite
from engine.commands.cut import cut
from engine.commands.enhance import enhance
from engine.commands.errors import UsageError
from engine.commands.guidance import mask, trimap
from engine.commands.models import models
from engine.commands.program import fail, run_program, version_option
from engine.errors import UserError

PROGRAM = "matte"
FAILED, REFUSED, INTERRUPTED = 1, 2, 130

app = typer.Typer(
    name=PROGRAM,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("cut")(cut)
app.command("mask")(mask)
app.command("trimap")(trimap)
app.command("composite")(composite)
app.command("enhance")(enhance)
app.add_typer(models)


@app.callback()
def about(version: Annotated[bool, version_option(PROGRAM)] = False) -> None:
    """Cut people out of photographs: masks, trimaps, mattes, foregrounds, composites."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `matte`.

    Args:
        arguments: without the program's name; None takes the process's.

    Raises:
        SystemExit: always, with the exit code.
    """
    _print_anything()
    from engine.commands.failures import logging_to_file, reason_of

    with logging_to_file():
        try:
            run_program(app, PROGRAM, arguments)
        except UserError as error:
            fail(PROGRAM, str(error), REFUSED if isinstance(error, UsageError) else FAILED)
        except KeyboardInterrupt:
            fail(PROGRAM, "stopped.", INTERRUPTED)
        except Exception as error:  # noqa: BLE001 - logged with its traceback
            fail(PROGRAM, reason_of(error), FAILED)


def _print_anything() -> None:
    """File names may hold what the terminal's encoding lacks; that must not end a batch."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    main()
