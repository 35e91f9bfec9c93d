"""Works a batch in the real window; run by test_batch_flow.py in processes of their own.

    batch_driver.py before|after FOLDER

`before` has the photographs of FOLDER/in cut and says when some of them are done; it goes on until
it is killed. `after` goes on with what is offered, looks at the bad file, and closes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtTest import QTest
from window_driver import LEFT, Hand

from engine.batch.journal import NAME, read_journal
from engine.batch.order import Order
from engine.settings import CutSettings, GuidanceSettings, TrimapSettings

FAST = CutSettings(
    guidance=GuidanceSettings("grabcut", (8, 8, 46, 46), ""),
    trimap=TrimapSettings(4, source="radius"),
)
SOME = 4


def before(hand: Hand) -> None:
    door, out = hand.studio.batch, hand.folder / "out"
    door.room.desk.give_order(Order(out, settings=FAST))
    door.take_dropped([hand.folder / "in"])
    page = door.room.desk.page
    hand.until(lambda: page.filtered.rowCount() == 12, "the photographs are queued")
    QTest.mouseClick(page.buttons["batch.start"], LEFT)
    journal = out / NAME
    ended = lambda: [one for one in read_journal(journal).items if one.report is not None]  # noqa: E731
    hand.until(lambda: len(ended()) >= SOME, "some are done")
    sys.stdout.write("READY\n")
    sys.stdout.flush()
    hand.app.exec()


def after(hand: Hand) -> None:
    left = sum(one.state == "waits" for one in read_journal(hand.folder / "out" / NAME).items)
    hand.until(hand.window.bar.isVisible, "to go on is offered")
    hand.shoot("offer")
    assert f"{left} of 12" in hand.window.bar.text.text()
    QTest.mouseClick(hand.window.bar.action, LEFT)
    desk = hand.studio.batch.room.desk
    hand.until(lambda: desk.batch is not None and not desk.runs, "the batch has ended")
    assert hand.window.stage.currentWidget() is desk.page
    assert "12 of 12" in desk.page.counts.text()
    assert "1 failed" in desk.page.counts.text()
    desk.page.show_filter("failed")
    assert [item.source.name for item in (desk.page.current,)] == ["bad.png"]
    assert "not a picture" in desk.page.review.remark.text()
    hand.shoot("ended")
    hand.window.close()
    hand.until(lambda: not hand.window.isVisible(), "the window is closed")
    hand.studio.close()


if __name__ == "__main__":
    {"before": before, "after": after}[sys.argv[1]](Hand(Path(sys.argv[2])))
