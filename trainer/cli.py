"""The command line `matte-train`: commands, exit codes, and no traceback for people.

Exit codes: 0 all went well, 1 it failed, 2 the command was not understood, 75 a run was stopped by
a signal and can be resumed, 130 stopped with Ctrl+C outside of a run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from engine.commands.program import fail, run_program, version_option
from engine.errors import UserError
from trainer.commands.cycle import cycle
from trainer.commands.data import data
from trainer.commands.doctor import doctor
from trainer.commands.evaluate import evaluate
from trainer.commands.export import export
from trainer.commands.finetune import finetune
from trainer.commands.generate import generate
from trainer.commands.judge import judge
from trainer.commands.list_recipes import list_recipes
from trainer.commands.pool import pool
from trainer.commands.prepare import prepare
from trainer.commands.recompose import recompose
from trainer.commands.run import run

PROGRAM = "matte-train"
FAILED, INTERRUPTED = 1, 130

app = typer.Typer(
    name=PROGRAM,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("list")(list_recipes)
app.command("run")(run)
app.command("finetune")(finetune)
app.command("export")(export)
app.command("evaluate")(evaluate)
app.command("judge")(judge)
app.command("cycle")(cycle)
app.command("doctor")(doctor)
app.add_typer(data)
app.command("recompose")(recompose)
app.command("pool")(pool)
app.add_typer(prepare)
app.add_typer(generate)


@app.callback()
def about(version: Annotated[bool, version_option(PROGRAM)] = False) -> None:
    """Train the networks that cut people out of photographs."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `matte-train`.

    An error nobody foresaw keeps its traceback: here it is for those who write recipes.

    Args:
        arguments: without the program's name; None takes the process's.

    Raises:
        SystemExit: always, with the exit code.
    """
    try:
        run_program(app, PROGRAM, arguments)
    except UserError as error:
        fail(PROGRAM, str(error), FAILED)
    except KeyboardInterrupt:
        fail(PROGRAM, "stopped.", INTERRUPTED)


if __name__ == "__main__":
    main()
