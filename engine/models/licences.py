"""Licences that restrict what may be done with weights, in plain words.

They are shown before such weights are taken in, and the user's yes is noted beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.errors import UserError


@dataclass(frozen=True)
class Licence:
    """One that restricts use.

    Attributes:
        name: as it stands in the lists of weights.
        whose: who gives it, and for what.
        words: what it asks, a sentence each.
        url: its text.
    """

    name: str
    whose: str
    words: tuple[str, ...]
    url: str

    def __str__(self) -> str:
        return "\n".join([f"{self.name}. {self.whose}", *(f"- {one}" for one in self.words)])


NVIDIA = Licence(
    name="NVIDIA Source Code License (non-commercial: research or evaluation only)",
    whose="NVIDIA gives its StyleGAN code, and the networks made with it, under this licence.",
    words=(
        "You may use these weights for research or evaluation only, not commercially.",
        "You may pass them on only under the same licence, with its text and all notices.",
        "What you make of them, such as weights trained further, keeps the same limit on use.",
        "They come without any warranty.",
    ),
    url="https://nvlabs.github.io/stylegan2-ada-pytorch/license.html",
)
RESTRICTING = (NVIDIA,)


class LicenceNotAccepted(UserError):
    """Weights were not taken in because nobody has accepted their licence yet.

    Attributes:
        licence: what is to be accepted.
    """

    def __init__(self, licence: Licence, *, path: Path) -> None:
        self.licence = licence
        super().__init__(
            f"The licence of these weights restricts their use.\n{licence}",
            remedy=f"\nRead it at {licence.url}. If you accept it, say --accept-licence.",
            path=path,
        )


def restricting(name: str) -> Licence | None:
    """The licence of this name, if it is one that restricts use."""
    return next((one for one in RESTRICTING if one.name == name), None)
