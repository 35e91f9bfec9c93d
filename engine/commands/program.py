"""What the command lines of the product share: their version, and how they start and end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import typer


def version_option(program: str) -> typer.models.OptionInfo:
    """The option `--version`, which prints the product's version and ends."""

    def show(wanted: bool) -> None:
        if wanted:
            from importlib.metadata import version

            typer.echo(f"{program} {version('matteapp')}")
            raise typer.Exit

    option: typer.models.OptionInfo = typer.Option(
        "--version", callback=show, is_eager=True, help="Print the version."
    )
    return option


def run_program(app: typer.Typer, program: str, arguments: Sequence[str] | None) -> None:
    """Run a command line.

    Args:
        app: its commands.
        program: its name.
        arguments: without the program's name; None takes the process's.

    Raises:
        SystemExit: when a command ended, or was not understood.
        UserError: from a command, like anything else that it raises.
    """
    command = typer.main.get_command(app)
    command.main(args=None if arguments is None else list(arguments), prog_name=program)


def fail(program: str, message: str, code: int) -> NoReturn:
    """Say on stderr what is wrong, and end with an exit code."""
    typer.secho(f"{program}: {message}", fg="red", err=True)
    raise SystemExit(code)
