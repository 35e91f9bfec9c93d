"""Unsaved work is kept, outlives a kill, and is gone once it is saved or closed."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.document import edits
from engine.document.project_file import load_project
from engine.document.recovery import Slot
from engine.document.snapshot_file import load_snapshots
from engine.document.state import DocumentState, SourceLink, new_document
from engine.errors import UserError
from engine.imaging.types import Image, Rect
from engine.jobs.worker import TERMINAL, Done, Failed, JobEvent, Worker
from matteapp.autosave import LANE, Autosave, recoverable
from matteapp.session import Session


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "recovery"


@pytest.fixture
def document() -> DocumentState:
    return _document()


def _document() -> DocumentState:
    pixels = np.random.default_rng(5).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    return new_document(Image(pixels), SourceLink(None, "", False, name="noise"))


@pytest.fixture
def endings() -> list[JobEvent]:
    return []


@pytest.fixture
def worker(endings):
    def note(event: JobEvent) -> None:
        if isinstance(event, TERMINAL):
            endings.append(event)

    worker = Worker("autosave-test", on_event=note)
    yield worker
    assert worker.close()


@pytest.fixture
def session(qtbot, document) -> Session:
    session = Session()
    session.open_state(document)
    return session


@pytest.fixture
def autosave(session, folder, worker):
    autosave = Autosave(session, folder, worker, delay=10, longest=40)
    yield autosave
    autosave.close()


def _paint(session: Session, row: int = 3) -> None:
    rect = Rect(row, 5, row + 4, 15)
    labels = np.full((4, 10), 3, np.uint8)
    session.apply(lambda s: edits.paint(s, rect, labels), label="Brush", rect=rect)


def _done(endings: list[JobEvent]) -> list[JobEvent]:
    """Copies that were kept; the order of documents is noted besides."""
    kept = [event for event in endings if isinstance(event, Done)]
    return [event for event in kept if event.job.lane != f"{LANE} order"]


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*")) if folder.exists() else []


def test_work_is_kept_after_a_change(qtbot, autosave, session, folder, endings):
    session.mark_saved(Path("/projects/a.matte"))
    _paint(session)
    qtbot.waitUntil(lambda: bool(_done(endings)))
    (kept,) = folder.glob("*.matte")
    loaded = load_project(kept)
    np.testing.assert_array_equal(loaded.strokes.read(), session.state.strokes.read())
    np.testing.assert_array_equal(loaded.image.pixels, session.state.image.pixels)


def test_painting_without_a_pause_is_kept_too(qtbot, session, folder, worker, endings):
    autosave = Autosave(session, folder, worker, delay=60_000, longest=0)
    _paint(session)
    qtbot.waitUntil(lambda: bool(_done(endings)))
    autosave.close()


def test_a_document_without_unsaved_work_is_not_kept(qtbot, autosave, session, folder, endings):
    session.amend(lambda s: edits.set_alpha(s, np.zeros(s.size, np.float32)))
    autosave.keep_now()
    assert not folder.exists()


@pytest.mark.parametrize(
    "end",
    [
        lambda session: session.mark_saved(Path("b.matte")),
        lambda session: session.close_state(),
        lambda session: session.undo(),
    ],
)
def test_nothing_is_left_once_it_is_saved_or_closed(
    qtbot, autosave, session, folder, worker, endings, end
):
    _paint(session)
    qtbot.waitUntil(lambda: bool(_done(endings)))
    end(session)
    assert _files(folder) == []
    _paint_again_and_discard_at_once(qtbot, autosave, session, endings)
    worker.close()
    assert _files(folder) == []


def _paint_again_and_discard_at_once(qtbot, autosave, session, endings) -> None:
    """Discarding while the worker may be writing leaves nothing either."""
    session.open_state(_document())
    _paint(session)
    before = len(endings)
    autosave.keep_now()
    session.mark_saved(Path("c.matte"))
    qtbot.waitUntil(lambda: len(endings) > before)


def test_a_clean_close_leaves_nothing(qtbot, session, folder, worker, endings):
    autosave = Autosave(session, folder, worker, delay=0)
    _paint(session)
    qtbot.waitUntil(lambda: bool(_done(endings)))
    autosave.close()
    assert _files(folder) == []


def test_work_of_a_running_process_is_not_offered(qtbot, autosave, session, folder, endings):
    _paint(session)
    qtbot.waitUntil(lambda: bool(_done(endings)))
    assert recoverable(folder) == []


def test_a_folder_that_cannot_be_made_is_told_of(qtbot, session, tmp_path, worker, endings):
    (tmp_path / "file").write_text("in the way")
    autosave = Autosave(session, tmp_path / "file" / "recovery", worker, delay=0)
    _paint(session)
    qtbot.waitUntil(lambda: bool(endings))
    assert isinstance(endings[0], Failed) and isinstance(endings[0].error, UserError)
    autosave.close()


_KILLED_WHILE_WORKING = """
import os, signal, sys
sys.path[:0] = sys.argv[2:]
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from engine.jobs.worker import Done, Worker
from matteapp.autosave import Autosave
from matteapp.session import Session
from test_autosave import _document, _paint

def on_event(event):
    if isinstance(event, Done):
        os.kill(os.getpid(), signal.SIGKILL)

app = QCoreApplication([])
session = Session()
autosave = Autosave(session, Path(sys.argv[1]), Worker("engine", on_event=on_event), delay=0)
session.open_state(_document(), path=Path("/projects/portrait.matte"))
_paint(session)
app.exec()
"""


@pytest.fixture
def killed(folder: Path) -> Path:
    """The folder after a process with unsaved work was killed."""
    script = [sys.executable, "-c", _KILLED_WHILE_WORKING, str(folder)]
    child = subprocess.run(
        [*script, str(Path(__file__).parent)], capture_output=True, timeout=60, check=False
    )
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    return folder


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_work_outlives_a_kill(qtbot, killed, worker, endings, session, document):
    (recovery,) = recoverable(killed)
    assert recovery.project_path == Path("/projects/portrait.matte")
    assert recovery.name == "noise" and recovery.saved_at > 0
    state = load_project(recovery.path)
    _paint(session)
    np.testing.assert_array_equal(state.strokes.read(), session.state.strokes.read())

    autosave = Autosave(session, killed, worker, delay=0)
    session.open_state(state, path=recovery.project_path, dirty=True)
    autosave.take_over(recovery)
    assert recoverable(killed) == [] and recovery.path.exists()
    with pytest.raises(UserError, match="another window"):
        Slot.taking_over(recovery)
    _paint(session, row=20)
    qtbot.waitUntil(lambda: bool(_done(endings)))
    kept = load_project(recovery.path)
    np.testing.assert_array_equal(kept.strokes.read(), session.state.strokes.read())
    session.mark_saved(Path("/projects/portrait.matte"))
    autosave.close()
    assert _files(killed) == []


_KILLED_WITH_TWO = _KILLED_WHILE_WORKING.replace(
    "    if isinstance(event, Done):\n",
    "    done.append(event)\n    if sum(isinstance(one, Done) for one in done) == 2:\n",
).replace(
    "app.exec()",
    "session.open_state(_document())\n_paint(session)\nsession.take_snapshot('Mine')\napp.exec()",
)


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_all_documents_outlive_a_kill_with_their_snapshots(folder):
    script = "done = []\n" + _KILLED_WITH_TWO
    arguments = [sys.executable, "-c", script, str(folder), str(Path(__file__).parent)]
    child = subprocess.run(arguments, capture_output=True, timeout=60, check=False)
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    found = recoverable(folder)
    assert {recovery.project_path for recovery in found} == {
        None,
        Path("/projects/portrait.matte"),
    }
    names = []
    for recovery in found:
        state = load_project(recovery.path)
        assert state.strokes.read(Rect(3, 5, 7, 15)).min() == 3
        names += [kept.name for kept in load_snapshots(recovery.path, state)]
    assert names == ["Mine"]


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_a_recovery_that_is_not_wanted_is_deleted(killed):
    (recovery,) = recoverable(killed)
    recovery.discard()
    assert _files(killed) == []


@pytest.mark.parametrize("note", [None, b"", b"[]", b'{"saved_at": "x", "project": 3}', b"\xff"])
def test_work_is_offered_even_if_its_note_is_damaged(folder, document, note):
    slot = Slot(folder)
    slot.write(replace(document), project_path=None)
    left = slot.path.with_name("left.matte")
    slot.path.rename(left)
    if note is not None:
        left.with_suffix(".json").write_bytes(note)
    slot.discard()
    (recovery,) = recoverable(folder)
    assert recovery.path == left and recovery.project_path is None


def test_a_folder_that_is_not_there_holds_nothing(folder):
    assert recoverable(folder) == []
