"""Fuzzing led by coverage: what `bench.campaigns.fuzz` runs, and what it finds, in parts."""
