"""A listing of S3 goes on after a page that failed, and never ends early."""

from collections.abc import Mapping
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from ferry.errors import TransientError
from ferry.keys import KeyRange
from ferry.stores.access_keys import FixedKey
from ferry.stores.http_blocking import Reply
from ferry.stores.s3 import S3Store
from ferry.stores.signing import AccessKey

from tests.support.clock import retry_policy
from tests.support.listings import page_xml, row_xml

BUSY = Reply(503, {}, b"<Error><Code>SlowDown</Code></Error>")


class Pages:
    """A server that lists two pages and fails where it is told."""

    def __init__(self, *failures: tuple[int, int], is_forgetful: bool = False) -> None:
        self.asked: list[str | None] = []
        self._failures = dict(failures)
        self._token = None if is_forgetful else "second"

    def get(self, url: str, headers: Mapping[str, str]) -> Reply:
        assert headers["authorization"].startswith("AWS4-HMAC-SHA256 ")
        (token,) = parse_qs(urlsplit(url).query).get("continuation-token", [None])
        self.asked.append(token)
        number = 2 if token else 1
        if self._failures.get(number, 0):
            self._failures[number] -= 1
            return BUSY
        is_last = number == 2
        rows = [row_xml(f"key-{number}")]
        return Reply(
            200, {}, page_xml(rows, is_truncated=not is_last, token=None if is_last else self._token)
        )


def listed(pages: Pages) -> list[str]:
    key = FixedKey(AccessKey("id", "secret"))
    client = SimpleNamespace(meta=SimpleNamespace(endpoint_url="http://127.0.0.1:9", region_name="us-east-1"))
    retry = retry_policy(attempts=3)
    store = S3Store("b", client=client, keys=key, http=None, listings=pages, retry=retry)  # type: ignore[arg-type]
    return [row.key for row in store.list_objects("", KeyRange())]


@pytest.mark.parametrize("page", [1, 2])
def test_a_page_that_failed_is_asked_for_again_by_itself(page: int):
    pages = Pages((page, 2))

    assert listed(pages) == ["key-1", "key-2"]
    assert pages.asked == ([None] * 3 + ["second"] if page == 1 else [None] + ["second"] * 3)


@pytest.mark.parametrize("page", [1, 2])
def test_a_page_that_keeps_failing_raises(page: int):
    with pytest.raises(TransientError) as raised:
        listed(Pages((page, 3)))

    assert raised.value.reason == "SlowDown"


def test_a_page_that_does_not_say_where_the_listing_goes_on_raises():
    with pytest.raises(TransientError) as raised:
        listed(Pages(is_forgetful=True))

    assert raised.value.reason == "NoContinuation"
