"""Where an ablation's runs lie, what each was judged by, and the table of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from result_lines import ResultLines

from trainer.ablation.laboratory import is_finished
from trainer.ablation.table import Column, Table, table_of
from trainer.config import RunConfig
from trainer.loop import Report, train
from trainer.phase import Setup
from trainer.signals import STOPPED


@dataclass(frozen=True)
class AblationRuns:
    """Variants × seeds in one folder.

    Attributes:
        out: the folder.
        seeds: of the runs.
        size: of the photographs they are judged on, pixels.
    """

    out: Path
    seeds: Sequence[int]
    size: int

    def folder(self, variant: str, seed: int) -> Path:
        """Of a run."""
        return self.out / "runs" / f"{variant}-{seed}"

    def judged(self, variant: str, seed: int) -> ResultLines:
        """What a run was judged by so far."""
        path = self.folder(variant, seed) / f"judged-{self.size}.jsonl"
        return ResultLines(path, size=self.size)

    def table(
        self,
        titles: Mapping[str, str],
        pictures: Sequence[str],
        columns: Sequence[Column],
        *,
        kind: str,
        pairs: Sequence[tuple[str, str]] | None = None,
    ) -> tuple[Table, int] | None:
        """The table of those variants that have all seeds, and of how many photographs it is.

        Args:
            titles: variant to the row's title, in order.
            pictures: that count, where all those variants were judged on them.
            columns: of the table.
            kind: of guidance.
            pairs: variants that are compared; None compares each row with the one before.
        """
        runs = {name: [self._errors(name, seed, kind) for seed in self.seeds] for name in titles}
        runs = {name: found for name, found in runs.items() if all(found)}
        common = set(pictures).intersection(*(one for found in runs.values() for one in found))
        if not runs or len(common) < 2:
            return None
        rows = {
            titles[name]: {
                (region, metric): [
                    [run[p][region][metric] for p in sorted(common)] for run in found
                ]
                for region, metric in columns
            }
            for name, found in runs.items()
        }
        if pairs is not None:
            pairs = [tuple(titles[n] for n in pair) for pair in pairs if set(pair) <= set(runs)]  # type: ignore[misc]
        return table_of(rows, pairs=pairs), len(common)

    def _errors(self, variant: str, seed: int, kind: str) -> dict[str, dict]:
        """Picture to errors; a picture in which nothing is unknown is left out."""
        rows = (row for row in self.judged(variant, seed).rows if row["kind"] == kind)
        return {row["picture"]: row["errors"] for row in rows if "unknown" in row["errors"]}


def train_once(setup: Setup, config: RunConfig, *, out: Path, recipe: str) -> None:
    """Train a run, or go on with it; Ctrl+C writes a checkpoint and ends the program."""
    report = train(setup, config, out=out, resume=True, recipe=recipe)
    tell(out, report)
    if report.stopped_by:
        raise SystemExit(STOPPED)


def is_trained(out: Path, steps: int) -> bool:
    """Whether nothing is left to train; says so."""
    finished = is_finished(out, steps)
    if finished:
        print(f"{out.name}: trained already", flush=True)
    return finished


def tell(out: Path, report: Report) -> None:
    print(f"{out.name}: {report.samples_per_second:.1f} samples/s, {report.waiting:.0%} waiting")
