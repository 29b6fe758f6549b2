"""CSMDesk: every customer's health, explained, before the day begins."""

__version__ = "0.1.0"
