"""The deployment package: Chalice's own, trimmed, compiled, and the same for the same commit."""
