"""The campaigns of `make campaign`, in short."""
