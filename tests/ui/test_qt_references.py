"""PySide6 6.12.0 on Python 3.11 drops a reference to None with every call that returns nothing."""

from __future__ import annotations

import sys

from PySide6.QtGui import QColor, QImage, QPainter, QPen

CALLS = 20_000
NOISE = 500
"""References to None that other threads and caches of the test run may drop meanwhile."""


def test_calls_that_return_nothing_keep_their_references_to_none(qapp: object) -> None:
    image = QImage(8, 8, QImage.Format.Format_ARGB32)
    painter = QPainter(image)
    pen = QPen(QColor("black"))
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        painter.setPen(pen)
    after = sys.getrefcount(None)
    painter.end()
    assert after >= before - NOISE
