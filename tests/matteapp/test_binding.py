"""PySide6 6.12.0 loses a reference to None on every void call; this counts them."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QObject

CALLS = 10_000


def _call_void_methods(thing: QObject) -> None:
    for _ in range(CALLS):
        thing.setObjectName("name")


def test_void_calls_keep_the_references_to_none() -> None:
    thing = QObject()
    _call_void_methods(thing)
    before = sys.getrefcount(None)
    _call_void_methods(thing)
    lost = before - sys.getrefcount(None)
    # From Python 3.12 on None is immortal: its count never moves, and nothing can be lost.
    assert lost < CALLS // 100


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on")
def test_a_lost_reference_would_be_seen() -> None:
    before = sys.getrefcount(None)
    held = [None] * CALLS
    assert sys.getrefcount(None) - before >= CALLS
    held.clear()
    assert sys.getrefcount(None) - before < CALLS
