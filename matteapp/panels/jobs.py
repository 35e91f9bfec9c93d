"""What the engine does now and will do next, with a way to stop each."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QVBoxLayout, QWidget

from engine.jobs.worker import Job
from matteapp.icons import name_control
from matteapp.language import _
from matteapp.panels.section import Section
from matteapp.panels.step_words import short


class _JobRow(QWidget):
    """One job: its title, how far it is, and a cross."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.title = QLabel(job.title)
        self.note = QLabel(_("waits"))
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(_("{title}: progress").format(title=job.title))
        self.cross = QToolButton()
        name_control(self.cross, icon_name="x", title=_("Cancel: {title}").format(title=job.title))
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.cross)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 4)
        whole.setSpacing(3)
        whole.addLayout(top)
        whole.addWidget(self.bar)
        whole.addWidget(self.note)


class JobsPanel(Section):
    """Shows jobs.

    Signals:
        cancel_asked(int): people want the job with this id stopped.
    """

    cancel_asked = Signal(int)

    def __init__(self) -> None:
        super().__init__("jobs", _("Jobs"), is_open=False)
        self._shown: dict[int, _JobRow] = {}
        self.empty = QLabel(_("Nothing runs, nothing waits."))
        self.empty.setProperty("role", "muted")
        self.rows.addWidget(self.empty)
        self.say(_("idle"))

    @property
    def count(self) -> int:
        """How many jobs are shown."""
        return len(self._shown)

    def on_submitted(self, job: Job) -> None:
        row = _JobRow(job)
        row.cross.clicked.connect(partial(self.cancel_asked.emit, job.id))
        self._shown[job.id] = row
        self.rows.addWidget(row)
        self._count()

    def on_started(self, job: Job) -> None:
        if job.id in self._shown:
            self._shown[job.id].note.setText(_("runs"))

    def on_progressed(self, job: Job, fraction: float, message: str) -> None:
        row = self._shown.get(job.id)
        if row is None:
            return
        row.bar.setValue(round(fraction * 1000))
        if message:
            row.note.setText(short(message))

    def on_ended(self, job: Job, how: str) -> None:
        row = self._shown.pop(job.id, None)
        if row is None:
            return
        self.rows.removeWidget(row)
        row.deleteLater()
        self._count()

    def _count(self) -> None:
        self.empty.setVisible(not self._shown)
        self.say(_("{count} active").format(count=len(self._shown)) if self._shown else _("idle"))
