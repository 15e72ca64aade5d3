from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.oss.addressing import Address, HostRules, locate, service_hosts
from local.oss.credentials import parse_credential
from local.oss.errors import OssError
from local.oss.names import check_bucket_name, check_key

RULES = HostRules(service_hosts("cn-hangzhou"), {"files.example.com": "bound"})


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), st.sampled_from(["", "/"]))
def test_a_key_survives_percent_encoding_in_every_style(key, safe):
    encoded = quote(key, safe=safe)

    assert locate(f"/b/{encoded}", "127.0.0.1:80", RULES) == Address("b", key.encode())
    assert locate(f"/{encoded}", "b.oss-cn-hangzhou.aliyuncs.com", RULES) == Address("b", key.encode())


@pytest.mark.parametrize("path", ["a//b", "a/../b", ".", "..", "./", "/", "//x"])
def test_paths_are_not_tidied(path):
    assert locate(f"/b/{path}", "localhost", RULES) == Address("b", path.encode())


@pytest.mark.parametrize(
    ("host", "bucket"),
    [
        ("127.0.0.1:8080", ""),
        ("[::1]:8080", ""),
        ("localhost", ""),
        ("oss", ""),
        ("", ""),
        ("oss-cn-hangzhou.aliyuncs.com", ""),
        ("oss-cn-hangzhou-internal.aliyuncs.com:80", ""),
        ("b.oss-cn-hangzhou.aliyuncs.com", "b"),
        ("B.LOCALHOST:80", "b"),
        ("Files.Example.com", "bound"),
    ],
)
def test_the_host_decides_the_style(host, bucket):
    assert locate("/x", host, RULES) == (Address(bucket, b"x") if bucket else Address("x", b""))


@pytest.mark.parametrize("name", ["abc", "a-1", "0" * 63])
def test_a_legal_bucket_name_is_accepted(name):
    check_bucket_name(name)


@pytest.mark.parametrize("name", ["ab", "a" * 64, "Abc", "-ab", "ab-", "a.b", "a_b", "é12", ""])
def test_an_illegal_bucket_name_is_refused(name):
    with pytest.raises(OssError, match="InvalidBucketName"):
        check_bucket_name(name)


@pytest.mark.parametrize("key", [b"", b"/a", b"\\a", b"k" * 1024, b"\xff", "é".encode() * 512])
def test_an_illegal_key_is_refused(key):
    with pytest.raises(OssError, match="InvalidObjectName"):
        check_key(key)


def test_an_access_key_can_be_limited():
    limited = parse_credential("ID:SECRET:deny=oss:GetObject,oss:List*;token=T")
    reader = parse_credential("ID:SECRET:read-only")
    one = parse_credential("ID:SECRET:allow=oss:PutObject")

    assert (limited.access_key_id, limited.secret, limited.security_token) == ("ID", "SECRET", "T")
    actions = ["oss:GetObject", "oss:ListObjects", "oss:PutObject", "oss:GetObjectTagging"]
    assert [limited.permits(action) for action in actions] == [False, False, True, True]
    assert [reader.permits(action) for action in actions] == [True, True, False, True]
    assert [one.permits(action) for action in actions] == [False, False, True, False]


@pytest.mark.parametrize("text", ["", "ID", "ID:", ":SECRET", "ID:SECRET:what"])
def test_a_malformed_access_key_is_refused(text):
    with pytest.raises(ValueError, match=r"ID:SECRET|unknown limit"):
        parse_credential(text)
