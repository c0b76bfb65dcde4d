"""Watching feedback: how much there is, whether people and model agree, whether answers drift."""
