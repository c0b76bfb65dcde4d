"""Where bytes live: a directory (the embedded default) or S3, under one contract."""
