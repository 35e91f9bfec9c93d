"""The batch behind its page: what people want of it, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Qt, Signal

from engine.batch.batch import Batch, Means
from engine.batch.crew import CrewEvent
from engine.batch.items import Item
from engine.batch.journal import Kept
from engine.batch.order import Order, for_many
from engine.batch.preview import preview_path
from engine.device import Compute
from engine.errors import UserError
from engine.jobs.worker import Progressed
from engine.settings import CutSettings
from matteapp.batch.door import FOLDER, RUNS
from matteapp.batch.page import BatchPage
from matteapp.batch.requests import ForgetFiles, FoundBatch, KeptBatch, reason_of
from matteapp.batch.showing import BatchShow
from matteapp.bridge import Bridge
from matteapp.errors_ui import ErrorDesk, MessageBar
from matteapp.language import _

OWN_FOLDER = "cutouts"
"""Beside the first photograph, until people choose another."""


class BatchDesk(QObject):
    """Owns the batch of the window.

    Args:
        page: shows it.
        store: remembers which batch was the last.
        bridge: for what asks the disk; a batch has one of its own, so as not to wait for cuts.
        compute: where networks run.
        previews: where small pictures of results are kept.

    Signals:
        changed(): there is another batch, or it runs, or it does not.
        ended(): everything is worked off.
    """

    changed = Signal()
    ended = Signal()
    _arrived = Signal(object, object)

    def __init__(
        self,
        page: BatchPage,
        *,
        store: QSettings,
        bridge: Bridge,
        compute: Callable[[], Compute],
        desk: ErrorDesk,
        bar: MessageBar,
        previews: Path,
    ) -> None:
        super().__init__(page)
        self.page = page
        self.batch: Batch | None = None
        self._store = store
        self._bridge = bridge
        self._compute = compute
        self._turn = object()
        self._desk = desk
        self._bar = bar
        self._previews = previews
        self._restored = False
        self._settings_of = _("Default settings")
        self._default = Order(Path())
        self.show = BatchShow(page, previews)
        self._arrived.connect(self._on_event, Qt.ConnectionType.QueuedConnection)
        page.form.wanted.connect(self.give_order)
        page.form.refused.connect(desk.report)
        self._show_all()

    @property
    def order(self) -> Order:
        """What is made of each photograph."""
        return self._default if self.batch is None else self.batch.order

    @property
    def runs(self) -> bool:
        """Whether photographs are being worked off."""
        batch = self.batch
        return batch is not None and bool(batch.working or self._will_go_on(batch))

    # -- which batch

    def restore(self) -> None:
        """Show the last batch again, once: what was done, and what was not."""
        folder = self._store.value(FOLDER)
        if self._restored or not folder:
            return
        self._restored = True
        self._bridge.start(
            KeptBatch(Path(str(folder))),
            title=_("Reading the last batch"),
            done=self._on_kept,
            failed=self._desk.report,
        )

    def offer(self, show: Callable[[], None]) -> None:
        """Offer to go on with a batch that a crash has ended, once all other news was read.

        Args:
            show: shows the page.
        """
        self._bridge.start(
            KeptBatch(Path(str(self._store.value(FOLDER)))),
            title=_("Reading the last batch"),
            done=lambda kept: self._bar.when_free(partial(self._offer, show, kept)),
            failed=self._desk.report,
        )

    def begin_anew(self) -> None:
        """Have no photographs any more; their results stay."""
        if self.batch is not None:
            self._default = self.batch.order
            self._forget_previews(self.batch)
        self._let_go(forget=True)
        self._store.remove(FOLDER)
        self.page.show_items([])
        self._show_all()

    def close(self) -> None:
        """End all threads; what is not done waits for the next start."""
        self.show.close()
        batch, self.batch = self.batch, None
        if batch is not None:
            self._note_running(False)
            batch.close()

    # -- what people want

    def add(self, paths: Sequence[Path]) -> None:
        """Queue photographs and what lies in folders."""
        out = None if self.batch is None else self.batch.order.folder
        self._bridge.start(
            FoundBatch(tuple(paths), out),
            title=_("Looking for photographs"),
            done=self._add,
            failed=self._desk.report,
        )

    def watched(self, paths: Sequence[Path]) -> None:
        """Queue what has come into a watched folder, and work it off."""
        if paths:
            self._add(paths, watched=True)
            self.start()

    def start(self) -> None:
        """Work off what waits."""
        if self.batch is None:
            return
        try:
            self.batch.order.check()
        except UserError as error:
            self._desk.report(error)
            return
        self._note_running(True)
        self.batch.start()
        self._show_all()

    def pause(self) -> None:
        """Begin nothing more."""
        if self.batch is not None:
            self.batch.pause()
            self._note_running(False)
            self._show_all()

    def cancel(self) -> None:
        """Stop everything that runs or waits."""
        if self.batch is not None:
            self.batch.cancel()
            self._note_running(False)
            self._show_all()

    def retry(self) -> None:
        """Work once more on the chosen ones, or else on all that failed or were stopped."""
        if self.batch is None:
            return
        several = [item for item in self.page.selected if len(self.page.selected) > 1]
        bad = [item for item in self.batch.items if item.state in ("failed", "stopped")]
        self.batch.again([item.source for item in several or bad])
        self.start()

    def remove(self) -> None:
        """Take the chosen photographs out of the batch."""
        if self.batch is not None:
            self.batch.drop([item.source for item in self.page.selected])
            self.page.show_items(self.batch.items)
            self._show_all()

    def mark(self) -> None:
        """Mark the chosen photographs, or take their marks away."""
        if self.batch is None or not self.page.selected:
            return
        on = not all(item.marked for item in self.page.selected)
        for item in self.page.selected:
            self.batch.mark(item.source, on)

    def take_settings(self, settings: CutSettings, *, of: str) -> None:
        """Order the settings of one photograph for all."""
        self._settings_of = _("Settings of {name}").format(name=of)
        self.give_order(replace(self.order, settings=for_many(settings)))
        said = _("The batch has the settings of {name} now.")
        self._bar.say(said.format(name=of))

    def give_order(self, order: Order) -> None:
        """Order something else for all photographs."""
        if self.batch is None:
            self._default = order
        elif order.folder != self.batch.order.folder:
            self._move(order)
        else:
            self.batch.give_order(order)
        self._show_all()

    def hand_in(self, source: Path, outputs: dict[str, Path]) -> None:
        """Take what people made by hand as a photograph's result."""
        item = None if self.batch is None else self.batch.item(source)
        if self.batch is None or item is None:
            return
        shown = preview_path(self._previews, source, self.order.folder)
        shown.unlink(missing_ok=True)  # it is made anew from the files
        self.batch.hand_in(source, outputs)
        self._show_all()

    # -- parts

    def _add(self, paths: Sequence[Path], *, watched: bool = False) -> None:
        if not paths:
            self._bar.say(_("There are no photographs in there."))
            return
        if self.batch is None and not self._begin(self._order_for(paths[0])):
            return
        if self.batch is not None:
            added = self.batch.offer(paths) if watched else self.batch.add(paths)
            for item in added:
                self.page.show_item(item)
        self._show_all()

    def _order_for(self, first: Path) -> Order:
        chosen = self._default.folder
        return (
            self._default
            if chosen.parts
            else replace(self._default, folder=first.parent / OWN_FOLDER)
        )

    def _begin(self, order: Order, kept: Sequence[Item] = ()) -> bool:
        turn = self._turn = object()
        means = Means(compute=self._compute(), previews=self._previews)
        try:
            self.batch = Batch(
                order,
                kept,
                means=means,
                post=lambda event: self._arrived.emit(turn, event),
                reason_of=reason_of,
                changed=self.page.show_item,
            )
        except UserError as error:
            self._desk.report(error)
            return False
        self._restored = True
        self._store.setValue(FOLDER, str(order.folder))
        self.page.show_items(self.batch.items)
        return True

    def _move(self, order: Order) -> None:
        """Save to another folder: what is done stays where it is, and is done there again."""
        batch = self.batch
        if batch is None:
            return
        again = [Item(item.source, marked=item.marked) for item in batch.items]
        self._let_go(forget=not any(item.has_result for item in batch.items))
        self._default = order
        if not self._begin(order, again):
            self._begin(batch.order, batch.items)

    def _forget_previews(self, batch: Batch) -> None:
        out = batch.order.folder
        paths = [preview_path(self._previews, item.source, out) for item in batch.items]
        self._bridge.start(
            ForgetFiles(tuple(paths)),
            title=_("Tidying up"),
            done=_nothing,
            failed=self._desk.report,
        )

    def _let_go(self, *, forget: bool) -> None:
        batch, self.batch = self.batch, None
        if batch is not None:
            self._note_running(False)
            batch.close(forget=forget)

    def _note_running(self, on: bool) -> None:
        self._store.setValue(RUNS, on)

    def _will_go_on(self, batch: Batch) -> bool:
        return not batch.paused and batch.counts["waits"] > 0

    def _on_kept(self, kept: Kept) -> None:
        if self.batch is None and kept.order is not None:
            self._settings_of = _("Settings of the last time")
            self._begin(kept.order, kept.items)
        self._show_all()

    def _offer(self, show: Callable[[], None], kept: Kept) -> None:
        left = sum(item.state == "waits" for item in kept.items)
        if not left or self.batch is not None:  # another was begun in the meantime
            return
        self._bar.say(
            _("A batch was interrupted: {left} of {count} photographs are still to do.").format(
                left=left, count=len(kept.items)
            ),
            action=_("Go on"),
            run=partial(self._go_on, show, kept),
        )

    def _go_on(self, show: Callable[[], None], kept: Kept) -> None:
        self._on_kept(kept)
        show()
        self.start()

    # -- what happens

    def _on_event(self, turn: object, event: CrewEvent) -> None:
        if self.batch is None or turn is not self._turn:
            return  # of a batch that was let go of
        if self.batch.take(event) is not None:
            self._show_all()
            if not self.runs and not self.batch.counts["waits"]:
                self._note_running(False)
                self.batch.pause()
                self._show_all()
                self.ended.emit()
        elif isinstance(event[1], Progressed):
            self.show.show_progress_soon()

    def _show_all(self) -> None:
        self.show.show_all(self.batch, self.order, settings=self._settings_of, runs=self.runs)
        self.changed.emit()


def _nothing(_: object) -> None:
    """There is nothing to be said about it."""
