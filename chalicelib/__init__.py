"""Inkling: reads hand-drawn digits, says how sure it is, and learns from correction."""

__version__ = "0.1.0"
