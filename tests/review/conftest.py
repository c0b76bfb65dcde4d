"""Fixtures of the review's tests."""

from tests.stores.places import bucket, location, s3, s3_client, s3_server, store

__all__ = ["bucket", "location", "s3", "s3_client", "s3_server", "store"]
