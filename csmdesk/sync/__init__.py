"""Reading connected systems: one HTTP client, streams of pages, a folder per connector."""
