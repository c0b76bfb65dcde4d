"""People look at what was sent in, and decide what may teach: in a terminal, or on a local page."""
