"""Seconds from starting `matteapp` to a window one can see, and whether torch was imported by then.

    python tests/benchmarks/startup.py [--runs 7]

Run it under a real X server (`xvfb-run -s '-screen 0 1600x1000x24' python …`) or offscreen.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

SHOW = """
import sys, tempfile, time
from pathlib import Path
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from matteapp.studio import Studio
app = QApplication([])
folder = Path(tempfile.mkdtemp())
store = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
studio = Studio(app, store=store, recovery=folder)
studio.start()
while not studio.window.windowHandle().isExposed():
    app.processEvents()
app.processEvents()
print(time.time(), "torch" in sys.modules)
studio.window.let_close()
studio.close()
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    runs = [_run() for _ in range(parser.parse_args().runs)]
    seconds = [one for one, _ in runs]
    torch = any(imported for _, imported in runs)
    print(f"window visible after {statistics.median(seconds):.2f} s (median of {len(runs)},")
    print(f"worst {max(seconds):.2f} s); torch imported by then: {'yes' if torch else 'no'}")


def _run() -> tuple[float, bool]:
    start = time.time()
    done = subprocess.run([sys.executable, "-c", SHOW], capture_output=True, text=True, check=True)
    shown, torch = done.stdout.split()
    return float(shown) - start, torch == "True"


if __name__ == "__main__":
    main()
