"""The engine: a pure function of facts, settings, previous findings and a day (no clock, no I/O)."""
