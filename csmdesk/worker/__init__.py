"""The child process that does all long work, and the parent's handle on it."""
