"""What the panel of enhancement says about what was found."""

from __future__ import annotations

import re
from html import escape

from engine.document.enhancement import Amount, EnhancementNote

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
        f"Drawn by {note.generator} ({note.resolution} px), for {note.reference}; "
        f"the head was found by {_FOUND_BY.get(note.found_by, note.found_by)}.",
        _steps(note),
    ]
    lines += [f"Left out: {term}, {reason}." for term, reason in note.refused]
    return "\n".join(lines)


def _change(amount: Amount) -> str:
    held = f"; the bounds held {amount.held_back:.0%} back" if amount.held_back > 0.005 else ""
    return (
        f"Changed by {amount.mean:.2f} grey levels on average, {amount.most:.1f} at most, "
        f"of 255{held}."
    )


def _steps(note: EnhancementNote) -> str:
    if note.complete:
        return f"{note.steps} steps. Inversion: {note.psnr:.1f} dB."
    return (
        f"The best of {note.steps} steps; {note.wanted} were wanted. Inversion: {note.psnr:.1f} dB."
    )
