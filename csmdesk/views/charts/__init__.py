"""Charts: hand-painted ones in cards and tabs, pyqtgraph ones in docks."""
