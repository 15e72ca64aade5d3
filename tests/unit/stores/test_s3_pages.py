"""A listing of S3 goes on after a page that failed, and never ends early."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from ferry.errors import TransientError
from ferry.keys import KeyRange
from ferry.stores.access_keys import FixedKey
from ferry.stores.s3 import S3Store
from ferry.stores.signing import AccessKey

from tests.support.clock import retry_policy

NOW = datetime(2026, 1, 31, tzinfo=UTC)
BUSY = ClientError(
    {"Error": {"Code": "SlowDown"}, "ResponseMetadata": {"HTTPStatusCode": 503}},  # type: ignore[typeddict-item]
    "ListObjectsV2",
)


class Pages:
    """A client that lists two pages and fails where it is told."""

    def __init__(self, *failures: tuple[int, int], is_forgetful: bool = False) -> None:
        self.meta = SimpleNamespace(endpoint_url="http://127.0.0.1:9", region_name="us-east-1")
        self.asked: list[Any] = []
        self._failures = dict(failures)
        self._is_forgetful = is_forgetful

    def list_objects_v2(self, **request: Any) -> dict[str, Any]:
        number = 2 if "ContinuationToken" in request else 1
        self.asked.append(request.get("ContinuationToken"))
        if self._failures.get(number, 0):
            self._failures[number] -= 1
            raise BUSY
        row = {"Key": f"key-{number}", "Size": 1, "ETag": '"E"', "LastModified": NOW}
        page = {"Contents": [row], "IsTruncated": number == 1}
        return page if self._is_forgetful else {**page, "NextContinuationToken": "second"}


def listed(client: Pages) -> list[str]:
    key = FixedKey(AccessKey("id", "secret"))
    store = S3Store("b", client=client, keys=key, http=None, retry=retry_policy(attempts=3))  # type: ignore[arg-type]
    return [row.key for row in store.list_objects("", KeyRange())]


@pytest.mark.parametrize("page", [1, 2])
def test_a_page_that_failed_is_asked_for_again_by_itself(page: int):
    client = Pages((page, 2))

    assert listed(client) == ["key-1", "key-2"]
    assert client.asked == ([None] * 3 + ["second"] if page == 1 else [None] + ["second"] * 3)


@pytest.mark.parametrize("page", [1, 2])
def test_a_page_that_keeps_failing_raises(page: int):
    with pytest.raises(TransientError) as raised:
        listed(Pages((page, 3)))

    assert raised.value.reason == "SlowDown"


def test_a_page_that_does_not_say_where_the_listing_goes_on_raises():
    with pytest.raises(TransientError) as raised:
        listed(Pages(is_forgetful=True))

    assert raised.value.reason == "NoContinuation"
