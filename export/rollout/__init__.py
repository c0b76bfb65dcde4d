"""Trying a candidate, the second version of a published model, beside the live one."""
