"""Fuzzing led by coverage: what `bench.campaigns.fuzz` runs, and what it finds, in parts."""

import os

# As where it is deployed, and before numpy is imported: threads of OpenBLAS that wait for work on a
# busy machine count as processor time, five times what the work itself takes.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
