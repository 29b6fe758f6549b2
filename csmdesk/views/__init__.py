"""Widgets. Nothing here imports numpy, pyqtgraph or qtawesome before the first frame is painted."""
