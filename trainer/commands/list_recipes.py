"""`matte-train list`: which recipes there are."""

from __future__ import annotations

import typer

from trainer.recipes import RECIPES


def list_recipes() -> None:
    """List the recipes and their configs."""
    width = max(len(name) for name in RECIPES)
    for name, spec in RECIPES.items():
        typer.echo(f"{name.ljust(width)}  {spec.title}: {spec.summary}")
        typer.echo(f"{' ' * width}  configs: {', '.join(spec.configs)}")
