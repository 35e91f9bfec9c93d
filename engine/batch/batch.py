"""A batch: photographs in a queue, an order for all of them, a crew, and a journal."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.batch.claims import Claims, check_nothing_there
from engine.batch.crew import Crew, CrewEvent
from engine.batch.cutting import CutFile
from engine.batch.items import Item, ItemState, Stamp, numbered, state_after
from engine.batch.journal import NAME, Journal, Kept
from engine.batch.order import Order
from engine.batch.preview import preview_path
from engine.batch.report import FileReport, Outcome
from engine.device import Compute
from engine.errors import UserError
from engine.imaging.atomic import make_folder
from engine.imaging.read import read_image
from engine.jobs.context import JobContext


@dataclass(frozen=True)
class Means:
    """What a batch is worked off with; nothing of it changes a result.

    Attributes:
        size: how many photographs at a time.
        compute: where networks run.
        previews: the folder for small pictures of the results, or None.
    """

    size: int = 1
    compute: Compute = field(default_factory=Compute)
    previews: Path | None = None


class Batch:
    """One thread owns it and calls everything; it begins paused.

    Args:
        order: what is made of each photograph.
        kept: of an earlier run, as `engine.batch.journal.resumed` gives it.
        means: see `Means`.
        post: hears the crew's events on their threads, and takes them to `take`.
        reason_of: an error in one line, given the photograph.
        changed: hears of each photograph that is in another state, on the owner's thread.

    Raises:
        UserError: if the folder that is saved to cannot be made or written to, or another program
            works on its batch.
    """

    def __init__(
        self,
        order: Order,
        kept: Sequence[Item] = (),
        *,
        means: Means,
        post: Callable[[CrewEvent], None],
        reason_of: Callable[[Exception, Path], str],
        changed: Callable[[Item], None],
    ) -> None:
        self.paused = True
        self._order = order
        self._means = means
        self._changed = changed
        kept = numbered(kept)
        self._items = {item.source: item for item in kept}
        self._last = max((item.number for item in kept), default=0)
        self._waiting = deque(item.source for item in kept if item.state == "waits")
        self._claims = Claims()
        for item in kept:
            self._claims.note(item.source, item.outputs.values())
        self._stamps: dict[Path, Stamp | None] = {}
        make_folder(order.folder)
        self._journal = Journal(order.folder / NAME, Kept(order, tuple(kept)))
        self._crew = Crew(means.size, post=post, reason_of=reason_of)

    @property
    def order(self) -> Order:
        """What is made of each photograph."""
        return self._order

    @property
    def items(self) -> tuple[Item, ...]:
        """All photographs, in the order in which they came."""
        return tuple(self._items.values())

    @property
    def counts(self) -> Counter[ItemState]:
        """How many are in each state."""
        return Counter(item.state for item in self._items.values())

    @property
    def working(self) -> dict[Path, tuple[float, str]]:
        """The photographs in hand: the share that is done, and what is being done."""
        return self._crew.working

    @property
    def journal_problem(self) -> str:
        """Why the journal could not be written, or nothing."""
        return self._journal.problem

    def item(self, source: Path) -> Item | None:
        """A photograph of the batch."""
        return self._items.get(source)

    # -- what people want

    def add(self, sources: Iterable[Path]) -> list[Item]:
        """Queue photographs; those that are there already stay as they are."""
        new = [path for path in dict.fromkeys(sources) if path not in self._items]
        added = numbered((Item(path) for path in new), after=self._last)
        self._last += len(added)
        self._items.update({item.source: item for item in added})
        self._waiting.extend(new)
        self._journal.note(added)
        self.fill()
        return added

    def offer(self, sources: Iterable[Path]) -> list[Item]:
        """Queue photographs of a watched folder: new ones, and those that were replaced."""
        offered = list(sources)
        known = [self._items[path] for path in offered if path in self._items]
        other = [item for item in known if item.stamp not in (None, Stamp.of(item.source))]
        self._again(item for item in other if item.state not in ("waits", "works"))
        return self.add(offered)

    def start(self) -> None:
        """Work off what waits."""
        self.paused = False
        self.fill()

    def pause(self) -> None:
        """Begin nothing more; what is under way is finished."""
        self.paused = True

    def cancel(self, sources: Sequence[Path] | None = None) -> None:
        """Stop what is under way or waits: these photographs, or all."""
        chosen = self.items if sources is None else [self._items[path] for path in sources]
        if sources is None:
            self.paused = True
        waiting = [item for item in chosen if item.state == "waits"]
        self._put(*(replace(item, state="stopped") for item in waiting))
        for item in chosen:
            if item.state == "works":
                self._crew.cancel(item.source)

    def again(self, sources: Sequence[Path]) -> None:
        """Work on these once more, whatever came of them."""
        chosen = [self._items[path] for path in sources]
        self._again(item for item in chosen if item.state not in ("waits", "works"))
        self.fill()

    def drop(self, sources: Sequence[Path]) -> None:
        """Have these in the batch no more; their files stay."""
        gone = [path for path in sources if self._items[path].state != "works"]
        for path in gone:
            del self._items[path]
        self._claims.forget(gone)
        self._journal.note_gone(gone)

    def mark(self, source: Path, on: bool) -> None:
        """Note that people want to look at it again, or no more."""
        self._put(replace(self._items[source], marked=on))

    def hand_in(self, source: Path, outputs: dict[str, Path]) -> None:
        """Take files that people made by hand as the result; it stays whatever is ordered."""
        written = {name: str(path) for name, path in outputs.items()}
        done = replace(
            self._items[source],
            state="done",
            report=FileReport(str(source), "done", outputs=written),
            stamp=Stamp.of(source),
            made_by=self._order.fingerprint,
            marked=False,
            by_hand=True,
        )
        self._put(done)

    def give_order(self, order: Order) -> None:
        """Order something else; what was made by another order and not by hand is made again."""
        before, self._order = self._order, order
        self._journal.note_order(order)
        held = order.fingerprint
        if held == before.fingerprint:
            return
        # People may go back to what they had before anything was made by the other order.
        back = [item for item in self.items if item.state == "waits" and item.made_by == held]
        self._put(*(replace(item, state=_state_of(item)) for item in back))
        stale = [item for item in self.items if item.made_by not in ("", held)]
        self._wait(i for i in stale if not i.by_hand and i.state in ("done", "doubtful", "failed"))
        self.fill()

    def close(self, *, timeout: float = 5.0, forget: bool = False) -> None:
        """Stop everything; what is under way waits for the next run.

        Args:
            timeout: seconds to wait at most.
            forget: there is no next run; the pictures stay.
        """
        self._crew.close(timeout=timeout)
        self._journal.close(forget=forget)

    # -- work

    def fill(self) -> None:
        """Give those who are free something to do."""
        while not self.paused and self._waiting and self._crew.free:
            item = self._items.get(self._waiting.popleft())
            if item is not None and item.state == "waits":
                self._give(item)

    def take(self, event: CrewEvent) -> FileReport | None:
        """Take in an event of the crew; tells what came of a photograph that it ended."""
        report = self._crew.take(event)
        if report is not None:
            self._end(report)
            self.fill()
        return report

    def _give(self, item: Item) -> None:
        order = self._order
        self._put(replace(item, state="works", begun_by=order.fingerprint))
        self._crew.give(item.source, lambda ctx: self._cut(item, order, ctx))

    def _cut(self, item: Item, order: Order, ctx: JobContext) -> Outcome:
        """Called on a worker's thread."""
        source, means = item.source, self._means
        # As it was when it was read, not when it was done.
        self._stamps[source] = Stamp.of(source)
        image = read_image(source) if order.names_size else None
        size = None if image is None else image.size
        targets = order.targets(source, counter=item.number, size=size)
        self._claim(item, order, targets)
        ours = item.report is not None and item.report.status == "done"
        rewrite = ours and set(targets.values()) <= set(item.outputs.values())
        return CutFile(
            source,
            targets,
            order.settings,
            delivery=order.delivery,
            keep=not (order.replace or rewrite),
            preview=means.previews and preview_path(means.previews, source, order.folder),
            compute=means.compute,
            image=image,
        )(ctx)

    def _claim(self, item: Item, order: Order, targets: dict[str, Path]) -> None:
        begun = item.begun_by == order.fingerprint
        try:
            self._claims.claim(item.source, targets.values(), photographs=self._items)
            if not (order.replace or order.names_photograph or begun):
                check_nothing_there(targets, ours=item.outputs.values())
        except UserError:
            # Not for the photograph's sake: without a stamp it is tried again the next time.
            self._stamps[item.source] = None
            raise

    def _end(self, report: FileReport) -> None:
        source = Path(report.input)
        stamp = self._stamps.pop(source, None)
        made_by = self._items[source].begun_by
        item = replace(
            self._items[source],
            state=state_after(report),
            report=report,
            stamp=stamp,
            made_by=made_by,
            by_hand=False,
        )
        self._put(item)
        if made_by != self._order.fingerprint and item.state != "stopped":
            self._wait([item])

    def _again(self, items: Iterable[Item]) -> None:
        self._wait(replace(item, made_by="", by_hand=False) for item in items)

    def _wait(self, items: Iterable[Item]) -> None:
        waiting = [replace(item, state="waits") for item in items]
        self._put(*waiting)
        self._waiting.extend(item.source for item in waiting)

    def _put(self, *items: Item) -> None:
        for item in items:
            self._items[item.source] = item
            self._changed(item)
        self._journal.note(items)


def _state_of(item: Item) -> ItemState:
    return "waits" if item.report is None else state_after(item.report)
