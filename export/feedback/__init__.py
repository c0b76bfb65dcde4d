"""Accepted feedback as a dataset that a network can be trained on."""
