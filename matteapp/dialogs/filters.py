"""What file dialogs offer, from the engine's tables of formats."""

from __future__ import annotations

from engine.document.project_file import SUFFIX

WEIGHTS_FILTER = "Weights (*.safetensors *.pkl *.pt *.pth);;All files (*)"
PROJECT_FILTER = f"Projects (*{SUFFIX})"


def picture_filter() -> str:
    """All pictures that can be read.

    The table is asked when a dialog opens: reading it loads the image libraries.
    """
    from engine.imaging.read import READABLE

    return f"Pictures ({_patterns(READABLE)});;All files (*)"


def open_filter() -> str:
    """Photographs and projects."""
    from engine.imaging.read import READABLE

    return (
        f"Photographs and projects ({_patterns((*READABLE, SUFFIX))});;"
        f"Photographs ({_patterns(READABLE)});;{PROJECT_FILTER};;All files (*)"
    )


def _patterns(suffixes: tuple[str, ...]) -> str:
    return " ".join(f"*{suffix} *{suffix.upper()}" for suffix in suffixes)
