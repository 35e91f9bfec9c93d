"""The window is up before anything heavy is imported."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version

HEAVY = ("torch", "numba", "pymatting", "cv2", "scipy", "PIL", "trainer")

SHOW_AND_LIST = f"""
import sys
from pathlib import Path
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from matteapp.studio import Studio
app = QApplication([])
folder = Path(sys.argv[1])
store = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
studio = Studio(app, store=store, recovery=folder)
studio.start()
while not studio.window.windowHandle().isExposed():
    app.processEvents()
app.processEvents()
print(",".join(name for name in {HEAVY!r} if name in sys.modules) or "light")
studio.window.let_close()
studio.close()
"""


def test_the_window_shows_without_the_heavy_modules(tmp_path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SHOW_AND_LIST, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "light"


def test_version_is_told_without_qt() -> None:
    code = (
        "import sys, contextlib, matteapp.__main__ as m\n"
        "with contextlib.suppress(SystemExit): m.main(['--version'])\n"
        "print('PySide6' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout.split("\n")[:2] == [f"matteapp {version('matteapp')}", "False"]


RUN_AND_CLOSE = """
import sys
from PySide6.QtCore import QTimer
from matteapp import app, __main__
start = app.Studio.start
def start_and_close(studio, files):
    start(studio, files)
    studio.session.changed.connect(lambda change: QTimer.singleShot(0, studio.window.close))
app.Studio.start = start_and_close
sys.exit(__main__.main(sys.argv[1:]))
"""


def test_the_program_opens_a_file_and_leaves_cleanly(sample, tmp_path) -> None:
    """Closing does not wait for the cut that has just begun."""
    homes = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
    ran = subprocess.run(
        [sys.executable, "-c", RUN_AND_CLOSE, str(sample)],
        env={**os.environ, **{name: str(tmp_path) for name in homes}},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "Traceback" not in ran.stderr
    assert list(tmp_path.rglob("matteapp.log"))
    assert not list(tmp_path.rglob("*.matte"))
