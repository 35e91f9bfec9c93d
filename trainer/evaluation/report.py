"""An evaluation as a table for people."""

from __future__ import annotations

from rich.table import Table

from trainer.evaluation.scores import Evaluation
from trainer.metrics.regions import REGIONS

COLUMNS = {"SAD": 1.0, "MSE": 1000.0, "MAD": 1000.0, "Grad": 1.0, "Conn": 1.0}
"""Metric to the factor it is shown with."""


def table_of(evaluation: Evaluation) -> Table:
    """Means by region; a metric that the profile does not define for a region is a dash."""
    mean = evaluation.mean()
    title = f"{evaluation.subject} · profile {evaluation.profile}"
    table = Table(title=title, title_justify="left")
    table.add_column("region")
    table.add_column("pictures", justify="right")
    for metric, factor in COLUMNS.items():
        table.add_column(metric if factor == 1 else f"{metric} ×10³", justify="right")
    for region in REGIONS:
        if region in mean:
            cells = [_cell(mean[region].get(metric), by) for metric, by in COLUMNS.items()]
            table.add_row(region, str(evaluation.count(region)), *cells)
    seconds = evaluation.seconds()
    if seconds is not None:
        table.caption = f"{seconds:.2f} s a picture"
    return table


def _cell(value: float | None, factor: float) -> str:
    return "–" if value is None else f"{value * factor:.3f}"
