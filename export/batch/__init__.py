"""`python -m export.batch`: drawings in bulk, on this machine or by a deployed stage."""
