"""Repeatable measurements of what the tests only check."""
