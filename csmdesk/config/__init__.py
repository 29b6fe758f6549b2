"""Reading and writing what a workspace configures; the shapes live in `domain.settings`."""
