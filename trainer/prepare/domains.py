"""What subjects are looked for, and what segmenters of others call them."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import UserError


@dataclass(frozen=True)
class Domain:
    """A kind of subjects.

    Attributes:
        name: key of `DOMAINS`.
        voc: classes of PASCAL VOC, by number.
        coco: categories of COCO, by name.
        segmenter: name of the weights that find such subjects; empty where none come with us.
    """

    name: str
    voc: tuple[int, ...]
    coco: frozenset[str]
    segmenter: str = ""


_ANIMALS = "bird cat dog horse sheep cow elephant bear zebra giraffe"
DOMAINS: dict[str, Domain] = {
    row.name: row
    for row in (
        Domain("person", (15,), frozenset({"person"}), segmenter="person_small"),
        Domain("animal", (3, 8, 10, 12, 13, 17), frozenset(_ANIMALS.split())),
    )
}
"""Name to domain. The numbers of the animals are bird, cat, cow, dog, horse and sheep."""


def domain_named(name: str) -> Domain:
    """The row called `name`.

    Raises:
        UserError: if there is none.
    """
    if name not in DOMAINS:
        raise UserError(
            f"There is no domain {name!r}.", remedy=f"Choose one of: {', '.join(DOMAINS)}."
        )
    return DOMAINS[name]
