import pytest
from ferry.errors import (
    ArchivedError,
    ConfigurationError,
    ConflictError,
    DamagedContentError,
    ObjectNotFoundError,
    PermanentError,
    SourceChangedError,
    ThrottledError,
    TransientError,
)
from ferry.stores.replies import ErrorReply, error_reply, oss_error, parse_error, s3_error
from hypothesis import given
from hypothesis import strategies as st

OSS_TABLE = [
    (404, "NoSuchKey", ObjectNotFoundError),
    (404, "SymlinkTargetNotExist", PermanentError),
    (404, "NoSuchBucket", ConfigurationError),
    (404, "Http404", PermanentError),
    (412, "PreconditionFailed", SourceChangedError),
    (403, "InvalidObjectState", ArchivedError),
    (403, "AccessDenied", ConfigurationError),
    (403, "SignatureDoesNotMatch", ConfigurationError),
    (403, "InvalidAccessKeyId", ConfigurationError),
    (403, "SecurityTokenExpired", ConfigurationError),
    (403, "UserDisable", ConfigurationError),
    (403, "InvalidSecurityToken", ConfigurationError),
    (403, "AccessKeyIdAndSecurityTokenNotMatch", ConfigurationError),
    (403, "InDebt", ConfigurationError),
    (403, "InDebtOverdue", ConfigurationError),
    (403, "BucketDisable", ConfigurationError),
    (403, "BucketNotBelongTo", ConfigurationError),
    (403, "AbnormalBucketOwnerStatus", ConfigurationError),
    (403, "SecondLevelDomainForbidden", ConfigurationError),
    (403, "NonStandardHostForbidden", ConfigurationError),
    (403, "CnameDenied", ConfigurationError),
    (403, "PermanentRedirect", ConfigurationError),
    (403, "UbsmsInvalidBid", ConfigurationError),
    (403, "KmsServiceNotEnabled", ConfigurationError),
    (400, "InvalidBucketName", ConfigurationError),
    (403, "SomethingNew", ConfigurationError),
    (401, "Http401", ConfigurationError),
    (400, "InvalidObjectName", PermanentError),
    (400, "InvalidTargetType", PermanentError),
    (409, "RestoreAlreadyInProgress", PermanentError),
    (503, "ServiceUnavailable", ThrottledError),
    (503, "DownloadTrafficRateLimitExceeded", ThrottledError),
    (503, "UploadTrafficRateLimitExceeded", ThrottledError),
    (503, "TotalQpsLimitExceeded", ThrottledError),
    (503, "QpsLimitExceeded", ThrottledError),
    (503, "MetaOperationQpsLimitExceeded", ThrottledError),
    (503, "ActiveRequestLimitExceeded", ThrottledError),
    (403, "RequestTimeTooSkewed", TransientError),
    (400, "RequestTimeout", TransientError),
    (400, "InvalidArgument", PermanentError),
    (416, "InvalidRange", PermanentError),
    (429, "TooManyRequests", ThrottledError),
    (503, "Http503", ThrottledError),
    (503, "SlowDown", ThrottledError),
    (500, "InternalError", TransientError),
    (502, "Http502", TransientError),
]
S3_TABLE = [
    (412, "PreconditionFailed", ConflictError),
    (409, "ConditionalRequestConflict", ConflictError),
    (409, "OperationAborted", TransientError),
    (400, "BadDigest", DamagedContentError),
    (400, "XAmzContentChecksumMismatch", DamagedContentError),
    (400, "IncompleteBody", DamagedContentError),
    (400, "RequestTimeout", TransientError),
    (403, "RequestTimeTooSkewed", TransientError),
    (503, "SlowDown", ThrottledError),
    (503, "ServiceUnavailable", ThrottledError),
    (500, "InternalError", TransientError),
    (504, "Http504", TransientError),
    (404, "NoSuchKey", ObjectNotFoundError),
    (404, "NoSuchUpload", PermanentError),
    (404, "NoSuchBucket", ConfigurationError),
    (301, "PermanentRedirect", ConfigurationError),
    (301, "Http301", ConfigurationError),
    (400, "AuthorizationHeaderMalformed", ConfigurationError),
    (400, "InvalidStorageClass", ConfigurationError),
    (400, "AccessControlListNotSupported", ConfigurationError),
    (400, "MetadataTooLarge", PermanentError),
    (400, "ExpiredToken", ConfigurationError),
    (403, "AccessDenied", ConfigurationError),
    (403, "AllAccessDisabled", ConfigurationError),
    (403, "InvalidAccessKeyId", ConfigurationError),
    (400, "InvalidToken", ConfigurationError),
    (400, "TokenRefreshRequired", ConfigurationError),
    (400, "InvalidBucketName", ConfigurationError),
    (400, "IllegalLocationConstraintException", ConfigurationError),
    (403, "SignatureDoesNotMatch", ConfigurationError),
    (400, "InvalidDigest", DamagedContentError),
    (429, "TooManyRequests", ThrottledError),
    (503, "Throttling", ThrottledError),
    (503, "RequestLimitExceeded", ThrottledError),
    (400, "InvalidPart", PermanentError),
    (400, "EntityTooSmall", PermanentError),
    (400, "KMS.DisabledException", ConfigurationError),
    (400, "EntityTooLarge", PermanentError),
    (400, "MetadataTooLarge", PermanentError),
]


@pytest.mark.parametrize(("status", "code", "kind"), OSS_TABLE)
def test_an_oss_reply_means(status, code, kind):
    error = oss_error(ErrorReply(status, code, "Said so."))

    assert type(error) is kind
    assert str(error).startswith(f"OSS answered {status} {code}: Said so")


@pytest.mark.parametrize(("status", "code", "kind"), S3_TABLE)
def test_an_s3_reply_means(status, code, kind):
    error = s3_error(ErrorReply(status, code, "Said so."))

    assert type(error) is kind
    assert str(error).startswith(f"S3 answered {status} {code}: Said so")


@pytest.mark.parametrize(
    ("translate", "table"), [(oss_error, OSS_TABLE), (s3_error, S3_TABLE)], ids=["oss", "s3"]
)
def test_every_error_that_ends_a_run_says_what_to_do(translate, table):
    for status, code, kind in table:
        if kind is ConfigurationError:
            assert "To go on: " in str(translate(ErrorReply(status, code)))


@pytest.mark.parametrize(
    ("code", "ec", "endpoint", "remedy"),
    [
        ("AccessDenied", "0003-00001403", "", "the region and the endpoint that the source bucket is in"),
        (
            "AccessDenied",
            "0003-00001403",
            "oss-cn-beijing.aliyuncs.com",
            "the endpoint https://oss-cn-beijing.aliyuncs.com, and its region",
        ),
        ("AccessDenied", "", "oss-cn-beijing.aliyuncs.com", "https://oss-cn-beijing.aliyuncs.com"),
        ("AccessDenied", "0003-00000001", "", "oss:GetObject on its objects"),
        ("InvalidAccessKeyId", "0002-00000904", "", "enable the access key"),
    ],
)
def test_a_finer_number_or_an_endpoint_says_more_than_the_code(code, ec, endpoint, remedy):
    error = oss_error(ErrorReply(403, code, "Any words.", ec=ec, endpoint=endpoint))

    assert type(error) is ConfigurationError
    assert remedy in str(error)


def test_a_signature_for_another_region_is_recognised_by_its_number():
    error = oss_error(ErrorReply(400, "InvalidArgument", ec="0002-00000226"))

    assert type(error) is ConfigurationError
    assert type(oss_error(ErrorReply(400, "InvalidArgument"))) is PermanentError


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [(404, "SymlinkTargetNotExist", "DanglingSymlink"), (403, "InvalidObjectState", "Archived")],
)
def test_a_reason_is_a_word_that_people_know(status, code, reason):
    assert oss_error(ErrorReply(status, code)).reason == reason


@given(st.integers(400, 599), st.text(max_size=20), st.text(max_size=20))
def test_no_reply_but_a_definite_one_says_that_an_object_is_gone(status, code, message):
    reply = ErrorReply(status, code, message)
    for error in (oss_error(reply), s3_error(reply)):
        assert not isinstance(error, ObjectNotFoundError) or code == "NoSuchKey"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-oss-qos-delay-time": "1500"}, 1.5),
        ({"x-oss-qos-delay-time": "²"}, None),
        ({}, None),
        ({"retry-after": "2"}, 2.0),
    ],
)
def test_oss_says_in_milliseconds_how_long_to_wait(headers, seconds):
    assert oss_error(ErrorReply(503, "SlowDown", headers=headers)).retry_after_seconds == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"retry-after": "7"}, 7.0), ({"retry-after": "Wed, 21 Oct 2026"}, None), ({}, None)],
)
def test_s3_says_in_seconds_how_long_to_wait(headers, seconds):
    assert s3_error(ErrorReply(503, "SlowDown", headers=headers)).retry_after_seconds == seconds


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>A</Code><Message>No.</Message></Error>',
            ("A", "No."),
        ),
        (b"<Error><Code>A</Code><Message>\xe4\xb8\xad</Message></Error>", ("A", "中")),
        (b"<Error><Code>A</Code></Error>", ("A", "0003-00000905")),
        (b"", ("Http502", "0003-00000905")),
        (b"<html><body>Bad gateway", ("Http502", "0003-00000905")),
        (b"\xff\xfe", ("Http502", "0003-00000905")),
    ],
)
def test_an_error_reply_is_read_whatever_it_looks_like(body, expected):
    reply = parse_error(body, {"x-oss-ec": "0003-00000905"}, 502)

    assert (reply.code, reply.message, reply.ec) == (*expected, "0003-00000905")


def test_the_number_and_the_endpoint_of_a_reply_are_read_from_its_document():
    body = b"<Error><Code>A</Code><EC>0001</EC><Endpoint>oss-cn-beijing.aliyuncs.com</Endpoint></Error>"

    reply = parse_error(body, {}, 403)

    assert reply == ErrorReply(403, "A", "0001", {}, "0001", "oss-cn-beijing.aliyuncs.com")
    assert error_reply(403, {}, {}).code == "Http403"
