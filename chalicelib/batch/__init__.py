"""Drawings in bulk: objects put into a bucket are read part by part, their answers put beside."""
