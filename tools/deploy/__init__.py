"""From an AWS account with nothing in it to a working site, and back again."""
