"""Figures: pure functions of (Portfolio, Scope) that pages, exports and the command line share."""
