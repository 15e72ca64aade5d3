import json

import pytest
from pydantic import ValidationError

from local.oss.events.rules import EVENT_NAMES, RuleSet
from tests.support.events import rule, smq

FUNCTION = {"type": "function-compute", "handler": "sender/app.py:handler"}
EVENTBRIDGE = {"type": "eventbridge", "url": "https://example.com/"}


def rule_set(*rules):
    return RuleSet(rules=rules)


@pytest.mark.parametrize(
    ("events", "told"),
    [
        (["ObjectCreated:PutObject"], {"ObjectCreated:PutObject"}),
        (["oss:ObjectCreated:PutObject"], {"ObjectCreated:PutObject"}),
        (["ObjectRemoved:*"], {name for name in EVENT_NAMES if name.startswith("ObjectRemoved:")}),
        (["ObjectCreatedGroup"], {name for name in EVENT_NAMES if name.startswith("ObjectCreated:")}),
        (
            ["ObjectDownloadedGroup", "ObjectRestore:*"],
            {"ObjectDownloaded:GetObject", "ObjectRestore:FinishRestore"},
        ),
    ],
)
def test_events_match_by_name_or_group(events, told):
    checked = rule(events=events)

    assert {name for name in EVENT_NAMES if checked.matches(name, b"k")} == told


def test_a_wildcard_includes_events_to_come():
    assert rule(events=["ObjectCreated:*"]).matches("ObjectCreated:Mirror", b"k")


@pytest.mark.parametrize(
    ("prefix", "suffix", "key", "told"),
    [
        ("", "", "anything", True),
        ("a/", ".jpg", "a/b.jpg", True),
        ("a/", ".jpg", "a/b.png", False),
        ("a/", ".jpg", "b/a/c.jpg", False),
        ("图/", "像", "图/像", True),
        ("ab", "bc", "abc", True),
    ],
)
def test_keys_match_by_prefix_and_suffix(prefix, suffix, key, told):
    assert rule(prefix=prefix, suffix=suffix).matches("ObjectCreated:PutObject", key.encode()) is told


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"events": ["ObjectCreated:Put"]}, "unknown event 'ObjectCreated:Put'"),
        ({"events": ["objectcreated:*"]}, "unknown event"),
        ({"events": []}, "at least one event"),
        ({"id": "1st"}, "should match pattern"),
        ({"id": "a" * 86}, "should match pattern"),
        ({"bucket": "_control"}, "bucket is not valid"),
        ({"target": smq("ftp://host/")}, "must be an http or https URL"),
        ({"target": smq("http://host/ä")}, "must be percent-encoded"),
        ({"target": smq(format="XML")}, "Extra inputs are not permitted"),
        ({"target": {"type": "sns"}}, "does not match any of the expected tags"),
        ({"target": FUNCTION | {"max_async_retry_attempts": 9}}, "less than or equal to 8"),
        ({"target": FUNCTION | {"handler": "app.handler"}}, "should match pattern"),
        ({"chaos": {"drop": 1.5}}, "less than or equal to 1"),
    ],
)
def test_a_wrong_rule_is_refused_with_the_field(fields, problem):
    with pytest.raises(ValidationError) as refused:
        rule(**fields)

    (error,) = refused.value.errors()
    assert error["loc"][0] in fields
    assert problem in error["msg"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {}),
        ({"prefix": "a/"}, {"prefix": "a/b/"}),
        ({"prefix": "a/"}, {"suffix": ".jpg"}),
        ({"events": ["ObjectCreated:*"]}, {"events": ["ObjectRemoved:*", "ObjectCreated:PutObject"]}),
        ({"target": FUNCTION}, {"target": FUNCTION, "suffix": "x"}),
    ],
)
def test_rules_for_the_same_objects_must_not_share_an_event(one, other):
    with pytest.raises(ValidationError, match="rules a and b apply to the same objects of photos"):
        rule_set(rule(id="a", **one), rule(id="b", **other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"prefix": "a/"}, {"prefix": "b/"}),
        ({"suffix": ".jpg"}, {"suffix": ".png"}),
        ({"bucket": "others"}, {}),
        ({"events": ["ObjectRemoved:*"]}, {}),
        ({"target": FUNCTION}, {}),
        ({"target": EVENTBRIDGE}, {"target": EVENTBRIDGE}),
    ],
)
def test_rules_that_do_not_compete_go_together(one, other):
    assert len(rule_set(rule(id="a", **one), rule(id="b", **other)).rules) == 2


def test_there_are_at_most_ten_smq_rules_in_a_region():
    rules = [rule(id=f"r{number}", bucket=f"bucket-{number}") for number in range(11)]

    assert len(rule_set(*rules[:10]).rules) == 10
    with pytest.raises(ValidationError, match="at most 10 event notification rules"):
        rule_set(*rules)


def test_rules_survive_being_written_as_json():
    rules = rule_set(rule(chaos={"drop": 0.5}), rule(FUNCTION, id="f"), rule(EVENTBRIDGE, id="e"))

    written = rules.model_dump_json()

    assert RuleSet.model_validate_json(written) == rules
    assert json.loads(written)["rules"][0]["target"]["notify_strategy"] == "BACKOFF_RETRY"
