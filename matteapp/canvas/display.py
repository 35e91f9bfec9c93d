"""The colours of the display: what tiles are turned into where people chose its profile."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QColorSpace, QColorTransform

from engine.errors import UserError
from matteapp.language import _

LARGEST = 16 << 20
"""Bytes of a profile; those of displays have some thousands."""


def read_profile(path: Path) -> QColorSpace:
    """The ICC profile of a display.

    Raises:
        UserError: if the file can't be read, or is no profile that pictures can be turned into.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise UserError(_("This is too large for a colour profile."), path=path)
        profile = QColorSpace.fromIccProfile(QByteArray(path.read_bytes()))
    except OSError as error:
        raise UserError(
            _("The profile can't be read ({reason}).").format(reason=error.strerror), path=path
        ) from error
    if not profile.isValidTarget() or profile.colorModel() != QColorSpace.ColorModel.Rgb:
        raise UserError(
            _("This is not the colour profile of a display."),
            remedy=_("Choose an .icc or .icm file for RGB, such as your calibration has made."),
            path=path,
        )
    return profile


def transform_for(profile: QColorSpace | None, icc: bytes | None) -> QColorTransform | None:
    """What turns a photograph's colours into the display's; None changes nothing.

    Args:
        profile: of the display, None if none was chosen.
        icc: profile of the photograph, None for sRGB.
    """
    if profile is None:
        return None
    own = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
    if icc is not None:
        told = QColorSpace.fromIccProfile(QByteArray(icc))
        own = told if told.isValid() else own  # what can't be understood is taken as sRGB
    transform = own.transformationToColorSpace(profile)
    return None if transform.isIdentity() else transform
