"""Feedback becomes a better model: what people said about an answer, kept until it is used."""
