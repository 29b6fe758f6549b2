"""Qt item models over columns."""
