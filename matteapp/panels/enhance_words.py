"""What the panel of enhancement says about what was found."""

from __future__ import annotations

import re
from html import escape

from engine.document.enhancement import Amount, EnhancementNote
from matteapp.language import _, decimal, ngettext

_FOUND_BY = {"landmarks": "the face detector", "box": "your box", "head": "the automatic mask"}
"""`engine.enhance.align.Alignment.found`."""
_ADDRESS = re.compile(r"https://[^\s;,)]+[^\s;,.)]")


def as_rich(text: str) -> str:
    """Plain lines with addresses as rich text in which they are links, called as their files."""
    lines = escape(text, quote=False).splitlines()
    return "<br>".join(_ADDRESS.sub(_link, line) for line in lines)


def _link(found: re.Match[str]) -> str:
    address = found[0]
    name = address.rstrip("/").rpartition("/")[2]
    return f'<a href="{address}">{name}</a>'


def report_of(note: EnhancementNote, amount: Amount | None) -> str:
    """A few sentences, a line each."""
    lines = [_change(amount)] if amount is not None else []
    lines += [
        _(
            "Drawn by {generator} ({size} px), for {reference}; the head was found by {found_by}."
        ).format(
            generator=note.generator,
            size=note.resolution,
            reference=note.reference,
            found_by=_(_FOUND_BY.get(note.found_by, note.found_by)),
        ),
        _steps(note),
    ]
    lines += [
        _("Left out: {term}, {reason}.").format(term=term, reason=reason)
        for term, reason in note.refused
    ]
    return "\n".join(lines)


def _change(amount: Amount) -> str:
    said = _("Changed by {mean} grey levels on average, {most} at most, of 255.").format(
        mean=decimal(amount.mean, 2), most=decimal(amount.most, 1)
    )
    if amount.held_back > 0.005:
        share = f"{amount.held_back * 100:.0f}"
        said += " " + _("The bounds held {share} % of it back.").format(share=share)
    return said


def _steps(note: EnhancementNote) -> str:
    if note.complete:
        done = ngettext("{count} step.", "{count} steps.", note.steps).format(count=note.steps)
    else:
        done = _("The best of {steps} steps; {wanted} were wanted.")
        done = done.format(steps=note.steps, wanted=note.wanted)
    return done + " " + _("Inversion: {decibels} dB.").format(decibels=decimal(note.psnr, 1))
