"""A mistake in how a command was called, as opposed to what went wrong while it ran."""

from __future__ import annotations

from engine.errors import UserError


class UsageError(UserError):
    """Refused before anything ran; the program ends with exit code 2."""
