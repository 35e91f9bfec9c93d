"""What file dialogs offer, from the engine's tables of formats."""

from __future__ import annotations

from engine.document.project_file import SUFFIX
from matteapp.language import _


def weights_filter() -> str:
    """Files with weights."""
    return f"{_('Weights')} (*.safetensors *.pkl *.pt *.pth);;{_all_files()}"


def project_filter() -> str:
    """Projects alone."""
    return f"{_('Projects')} (*{SUFFIX})"


def portrait_filter() -> str:
    """Pictures that hold a matte."""
    return f"{_('Pictures with transparency')} (*.png *.tif *.tiff *.webp)"


def picture_filter() -> str:
    """All pictures that can be read.

    The table is asked when a dialog opens: reading it loads the image libraries.
    """
    from engine.imaging.read import READABLE

    return f"{_('Pictures')} ({_patterns(READABLE)});;{_all_files()}"


def open_filter() -> str:
    """Photographs and projects."""
    from engine.imaging.read import READABLE

    return (
        f"{_('Photographs and projects')} ({_patterns((*READABLE, SUFFIX))});;"
        f"{_('Photographs')} ({_patterns(READABLE)});;{project_filter()};;{_all_files()}"
    )


def _all_files() -> str:
    return f"{_('All files')} (*)"


def _patterns(suffixes: tuple[str, ...]) -> str:
    return " ".join(f"*{suffix} *{suffix.upper()}" for suffix in suffixes)
