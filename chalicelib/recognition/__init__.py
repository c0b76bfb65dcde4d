"""A drawing becomes digits: decode, render strokes, normalise, classify, decide."""
