"""Metrics: one column per measured quantity, one row per customer, as of one day."""
