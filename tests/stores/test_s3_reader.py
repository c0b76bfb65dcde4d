"""The reader without boto3: signs as botocore does, reads what the S3 store reads."""

import os
import random
import time
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from botocore.auth import SIGV4_TIMESTAMP, S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bench.faults import Fault
from bench.faulty_proxy import FaultyProxy
from chalicelib.errors import StorageUnavailable
from chalicelib.stores.open import open_reader
from chalicelib.stores.s3 import S3Store
from chalicelib.stores.s3_reader import S3Reader
from chalicelib.stores.signature import Signer
from tests.stores.child import run_child

KEY_CHARACTERS = "abcXYZ019_.=-/ +~%é"


@pytest.fixture
def reader(bucket: str) -> S3Reader:
    return S3Reader(bucket, "some/prefix/", os.environ)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("token", [None, "a-token/with+signs=="])
def test_the_signature_is_botocores_byte_for_byte(scheme: str, token: str | None) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    generator = random.Random(seed)
    for _ in range(50):
        name = "x" + "".join(generator.choices(KEY_CHARACTERS, k=30))
        time = datetime.fromtimestamp(generator.randrange(2**31), UTC)
        path, host = "/" + quote(name, safe="/-_.~"), "bucket.s3.eu-central-1.amazonaws.com"
        request = AWSRequest("GET", f"{scheme}://{host}{path}")
        theirs = S3SigV4Auth(Credentials("AKID", "sec/ret+", token), "s3", "eu-central-1")
        request.context["timestamp"] = time.strftime(SIGV4_TIMESTAMP)
        request.headers["X-Amz-Date"] = request.context["timestamp"]
        request.headers["X-Amz-Content-SHA256"] = theirs.payload(request)
        if token:
            request.headers["X-Amz-Security-Token"] = token
        to_sign = theirs.string_to_sign(request, theirs.canonical_request(request))
        theirs._inject_signature_to_request(request, theirs.signature(to_sign, request))
        ours = Signer("AKID", "sec/ret+", "eu-central-1", token).headers(host, path, time)
        assert ours.pop("host") == host
        assert ours == {name.lower(): value for name, value in request.headers.items()}


def test_it_reads_what_the_store_wrote(bucket: str, reader: S3Reader) -> None:
    store = S3Store(bucket, "some/prefix/")
    store.put("learning/v1/a=b_c.json", b"\x00head")
    assert reader.get("learning/v1/a=b_c.json") == store.get("learning/v1/a=b_c.json")


def test_what_somebody_made_too_large_is_not_read(
    bucket: str, reader: S3Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    S3Store(bucket, "some/prefix/").put("learning/v1/a.json", b"x" * 1001)
    monkeypatch.setattr("chalicelib.stores.store.MAX_BLOB_BYTES", 1000)
    with pytest.raises(StorageUnavailable):
        reader.get("learning/v1/a.json")


def test_what_is_not_there_is_none(reader: S3Reader) -> None:
    assert reader.get("learning/v1/current.json") is None


def test_a_bucket_that_is_not_there_is_no_missing_object(
    s3: FaultyProxy,  # noqa: ARG001 - makes the server reachable
) -> None:
    with pytest.raises(StorageUnavailable):
        S3Reader("inkling-nowhere", "", os.environ).get("learning/v1/current.json")


# What changes on the way is noticed by who knows the content's digest; TLS lets nothing through.
PATIENCE_S = 30.0  # of a busy machine
UNNOTICED = {Fault.NONE, Fault.DAMAGE, Fault.FORGET}


@pytest.mark.parametrize("fault", sorted(set(Fault) - UNNOTICED, key=str), ids=str)
def test_an_s3_that_fails_is_unavailable_soon(
    s3: FaultyProxy, bucket: str, reader: S3Reader, fault: Fault
) -> None:
    S3Store(bucket, "some/prefix/").put("a", b"long enough to be cut")
    s3.afterwards = fault
    started_s = time.monotonic()
    with pytest.raises(StorageUnavailable):
        reader.get("a")
    assert time.monotonic() - started_s < PATIENCE_S, "a hanging S3 hangs for ever"


def test_an_answer_that_is_cut_at_any_byte_is_none(
    s3: FaultyProxy, bucket: str, reader: S3Reader
) -> None:
    """Also among its headers, where http.client takes what came for all of them."""
    S3Store(bucket, "some/prefix/").put("a", b"long enough to be cut")
    s3.afterwards = Fault.CUT_AT
    for _ in range(300):
        with pytest.raises(StorageUnavailable):
            reader.get("a")


def test_no_key_leads_out_of_the_prefix(reader: S3Reader) -> None:
    with pytest.raises(ValueError, match="is not a key"):
        reader.get("../other")


@pytest.mark.parametrize(
    ("bucket", "environ", "address"),
    [
        ("b", {}, ("https", "b.s3.eu-west-1.amazonaws.com", "/a")),
        ("b.c", {}, ("https", "s3.eu-west-1.amazonaws.com", "/b.c/a")),
        ("b", {"AWS_ENDPOINT_URL": "http://h:1/x/"}, ("http", "h:1", "/x/b/a")),
        (
            "b",
            {"AWS_ENDPOINT_URL": "http://h:1", "AWS_ENDPOINT_URL_S3": "http://s:2"},
            ("http", "s:2", "/b/a"),
        ),
    ],
)
def test_a_bucket_is_where_boto3_looks_for_it(
    bucket: str, environ: dict[str, str], address: tuple[str, str, str]
) -> None:
    assert S3Reader(bucket, "", environ)._address("a", "eu-west-1") == address


def test_credentials_in_the_environment_spare_the_import_of_boto3(bucket: str) -> None:
    """As in a Lambda function; elsewhere boto3 finds them."""
    program = (
        "import os, sys\n"
        "from chalicelib.stores.open import open_reader\n"
        "assert open_reader(sys.argv[1], os.environ).get('a') is None\n"
        "assert not {'boto3', 'botocore'} & sys.modules.keys()\n"
    )
    child = run_child(program, f"s3://{bucket}")
    assert child.returncode == 0, child.stderr
    environ = {name: value for name, value in os.environ.items() if name != "AWS_ACCESS_KEY_ID"}
    assert isinstance(open_reader(f"s3://{bucket}", environ), S3Store)
