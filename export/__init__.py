"""Data, training, export and publishing of Inkling's models, on a laptop or a cluster."""
