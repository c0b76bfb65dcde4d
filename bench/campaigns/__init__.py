"""The campaigns of `make campaign`, a module or package each; see `bench.reliability`."""
