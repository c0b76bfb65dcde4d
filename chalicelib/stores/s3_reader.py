"""Reads objects of an S3 bucket without boto3, which takes 0.2 s and 34 MB to import."""

from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from chalicelib.errors import StorageUnavailable
from chalicelib.stores.signature import Signer
from chalicelib.stores.store import Blob, check_key, check_prefix, require_readable
from chalicelib.stores.time_limit import call_within

if TYPE_CHECKING:
    import ssl
    from http.client import HTTPConnection, HTTPResponse

TIMEOUT_S = 1.0  # of each wait for the network
READING_S = 1.5  # of all of them together
ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")


class S3Reader:
    """Blobs of one bucket, under an optional prefix ("" or a key and '/').

    Credentials, region and endpoint are those in `environ` at each reading. One attempt each time.
    """

    def __init__(self, bucket: str, prefix: str, environ: Mapping[str, str]) -> None:
        self._bucket = bucket
        self._prefix = check_prefix(prefix)
        self._environ = environ

    def get(self, key: str) -> Blob | None:
        """Return what lies under `key`, None where nothing does. Raises StorageUnavailable."""
        from http.client import HTTPException

        name = self._prefix + check_key(key)
        try:
            return call_within(READING_S, lambda: self._get(name))
        except (OSError, HTTPException) as error:
            raise StorageUnavailable("get") from error

    def _get(self, name: str) -> Blob | None:
        signer = Signer.from_environment(self._environ)
        if signer is None:
            raise PermissionError("there are no AWS credentials, or no region, in the environment")
        scheme, host, path = self._address(name, signer.region)
        with closing(self._connection(scheme, host)) as connection:
            headers = signer.headers(host, path, datetime.now(UTC))
            connection.request("GET", path, headers=headers)
            return _blob(connection.getresponse(), name)

    def _address(self, name: str, region: str) -> tuple[str, str, str]:
        """Return scheme, host and path of an object.

        A bucket is part of the host's name at AWS, unless its dots are in the certificate's way.
        """
        endpoint = next(filter(None, map(self._environ.get, ENDPOINTS)), None)
        path = "/" + quote(name, safe="/-_.~")
        if endpoint:
            parts = urlsplit(endpoint)
            base = parts.path.rstrip("/")
            return parts.scheme, parts.netloc, f"{base}/{self._bucket}{path}"
        domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        host = f"s3.{region}.{domain}"
        if "." in self._bucket:
            return "https", host, f"/{self._bucket}{path}"
        return "https", f"{self._bucket}.{host}", path

    def _connection(self, scheme: str, host: str) -> "HTTPConnection":
        from http.client import HTTPConnection, HTTPSConnection

        if scheme == "http":
            return HTTPConnection(host, timeout=TIMEOUT_S)
        return HTTPSConnection(host, timeout=TIMEOUT_S, context=self._tls)

    @cached_property
    def _tls(self) -> "ssl.SSLContext":
        """Trust in the system's authorities, which takes 30 ms to read, so it is kept."""
        import ssl

        return ssl.create_default_context(cafile=self._environ.get("AWS_CA_BUNDLE"))


def has_credentials(environ: Mapping[str, str]) -> bool:
    """Whether `environ` says enough for an S3Reader."""
    return Signer.from_environment(environ) is not None


def _blob(response: "HTTPResponse", name: str) -> Blob | None:
    """Return what S3 answers. Raises OSError where it answers with neither object nor absence."""
    require_readable(response.length)
    # Without a length, which is read last of what matters, a cut among the headers looks like an
    # empty body; without a tag, somebody answers in S3's place.
    whole = response.length is not None
    data = response.read()
    if response.status == 200 and whole and (tag := response.headers["ETag"]):
        return Blob(data, tag)
    if response.status == 404 and b"<Code>NoSuchKey</Code>" in data:
        return None
    raise OSError(f"S3 answers {response.status} to the reading of {name}")
