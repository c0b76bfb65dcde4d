"""Programs for development: they start, find and check things, and never ship."""
