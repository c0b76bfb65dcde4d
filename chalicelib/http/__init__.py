"""Untrusted requests in, answers and problems out."""
