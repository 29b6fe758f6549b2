"""The frame around the pages: rail, top bar, tabs, docks, notices."""
