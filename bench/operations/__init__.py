"""What a stage costs and bears, reckoned from what was measured: tables of docs/operations.md."""
