import pytest

from local.oss.conditions import Verdict, evaluate
from local.oss.errors import OssError

AT, BEFORE, AFTER = (f"Thu, 01 Jan 1970 00:00:{second:02} GMT" for second in (10, 9, 11))


@pytest.mark.parametrize(
    ("headers", "verdict"),
    [
        ({}, Verdict.PROCEED),
        ({"if-match": '"E"'}, Verdict.PROCEED),
        ({"if-match": "E"}, Verdict.PROCEED),
        ({"if-match": '"X", "E"'}, Verdict.PROCEED),
        ({"if-match": "*"}, Verdict.PROCEED),
        ({"if-match": '"X"'}, None),
        ({"if-unmodified-since": AT}, Verdict.PROCEED),
        ({"if-unmodified-since": BEFORE}, None),
        ({"if-match": '"E"', "if-unmodified-since": BEFORE}, None),
        ({"if-unmodified-since": "not a date"}, Verdict.PROCEED),
        ({"if-none-match": '"E"'}, Verdict.NOT_MODIFIED),
        ({"if-none-match": '"X"'}, Verdict.PROCEED),
        ({"if-none-match": '"X"', "if-modified-since": AT}, Verdict.PROCEED),
        ({"if-modified-since": AT}, Verdict.NOT_MODIFIED),
        ({"if-modified-since": AFTER}, Verdict.NOT_MODIFIED),
        ({"if-modified-since": BEFORE}, Verdict.PROCEED),
    ],
)
def test_conditions_are_judged_by_etag_and_whole_seconds(headers, verdict):
    if verdict is None:
        with pytest.raises(OssError, match="PreconditionFailed"):
            evaluate(headers, etag="E", modified_ms=10_999)
    else:
        assert evaluate(headers, etag="E", modified_ms=10_999) is verdict


def test_copy_conditions_have_their_own_names():
    headers = {"if-match": "other", "x-oss-copy-source-if-match": "E"}

    assert evaluate(headers, etag="E", modified_ms=0, prefix="x-oss-copy-source-") is Verdict.PROCEED
