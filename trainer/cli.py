"""The command line `matte-train`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

app = typer.Typer(
    name="matte-train",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"matte-train {version('matteapp')}")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Train the networks that cut people out of photographs."""


@app.command("doctor")
def doctor() -> None:
    """Say what this machine can do: torch, devices, precisions, cores, memory, disk, data.

    Exits with 1 if something stands in the way of training.
    """
    from trainer.doctor import examine  # imports torch, which the help does not need

    findings = examine()
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        mark = "ok" if finding.good else "!!"
        colour = None if finding.good else "red"
        typer.secho(f"{mark}  {finding.name.ljust(width)}  {finding.value}", fg=colour)
    if not all(finding.good for finding in findings):
        raise typer.Exit(1)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `matte-train`.

    Args:
        arguments: without the program's name; None takes the process's.

    Raises:
        SystemExit: always, with the exit code.
    """
    command = typer.main.get_command(app)
    command.main(args=None if arguments is None else list(arguments), prog_name="matte-train")


if __name__ == "__main__":
    main()
