import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from local.oss.faults.decisions import FaultBook, Subject, concerns, is_due
from local.oss.faults.kinds import Corrupt, Error, Headers, Overwrite, Reset
from local.oss.faults.rules import Rule, Rules
from local.oss.routes import OPERATIONS

ERROR = Error(code="InternalError")
GET = Subject("GetObject", "bucket", "logs/a", "key-id")


def rule(**conditions) -> Rule:
    return Rule(fault=ERROR, **conditions)


def numbers_chosen(chosen_rule: Rule, requests: int = 12) -> list[int]:
    book = FaultBook()
    book.replace([chosen_rule])
    return [number for number in range(1, requests + 1) if book.choose(GET)]


conditions = st.fixed_dictionaries(
    {},
    optional={
        "nth": st.lists(st.integers(1, 9), max_size=3).map(tuple),
        "every": st.integers(1, 4),
        "skip": st.integers(0, 4),
        "times": st.integers(1, 4),
        "probability": st.floats(0, 1),
        "seed": st.integers(),
        "per_key": st.booleans(),
    },
)
subjects = st.builds(
    Subject,
    st.sampled_from(["GetObject", "PutObject", "ListObjects"]),
    st.just("bucket"),
    st.sampled_from(["logs/a", "logs/b", "x"]),
    st.just("key-id"),
)
rules = st.builds(
    lambda where, when: Rule(fault=ERROR, **where, **when),
    st.fixed_dictionaries(
        {},
        optional={
            "operations": st.sampled_from([("GetObject",), ("*Object",), ("List*", "Put*")]),
            "key": st.sampled_from(["*", "logs/*", "x"]),
        },
    ),
    conditions,
)


@pytest.mark.parametrize(
    ("when", "numbers"),
    [
        ({}, list(range(1, 13))),
        ({"nth": 3}, [3]),
        ({"nth": (2, 5)}, [2, 5]),
        ({"every": 4}, [4, 8, 12]),
        ({"skip": 10}, [11, 12]),
        ({"skip": 1, "every": 5}, [6, 11]),
        ({"times": 2}, [1, 2]),
        ({"skip": 2, "times": 2}, [3, 4]),
        ({"probability": 0.0}, []),
    ],
)
def test_a_rule_happens_to_the_requests_its_conditions_name(when, numbers):
    assert numbers_chosen(rule(**when)) == numbers


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({}, True),
        ({"operations": ("GetObject", "HeadObject")}, True),
        ({"operations": ("Get*",)}, True),
        ({"operations": ("PutObject",)}, False),
        ({"key": "logs/*"}, True),
        ({"key": "logs"}, False),
        ({"bucket": "buck?t", "access_key_id": "key-id"}, True),
        ({"bucket": "other"}, False),
        ({"access_key_id": "other"}, False),
    ],
)
def test_a_rule_is_for_requests_that_match_all_its_patterns(where, expected):
    assert concerns(rule(**where), GET) is expected


@given(rules, st.lists(subjects, max_size=30))
def test_the_same_requests_get_the_same_faults(one_rule, requests):
    books = [FaultBook(), FaultBook()]
    for book in books:
        book.replace([one_rule])

    first, second = ([bool(book.choose(request)) for request in requests] for book in books)

    assert first == second


@given(st.lists(rules, min_size=1, max_size=4), st.lists(subjects, max_size=30))
def test_counts_add_up_and_rules_do_not_disturb_each_others_numbers(many, requests):
    book = FaultBook()
    book.replace(many)

    chosen = [entry for entry in map(book.choose, requests) if entry is not None]

    reports = book.reports()
    assert [each.matched for each in reports] == [
        sum(concerns(each, request) for request in requests) for each in many
    ]
    assert sum(each.chosen for each in reports) == len(chosen)
    assert all(each.chosen <= each.matched for each in reports)
    if not any(each.per_key for each in many):
        assert all(each.chosen <= (each.rule.times or each.chosen) for each in reports)


@given(st.integers(), st.permutations([(key, turn) for key in "abc" for turn in range(6)]))
def test_draws_per_key_do_not_depend_on_the_order_of_arrival(seed, arrivals):
    chosen_rule = rule(probability=0.5, seed=seed, per_key=True)

    def outcome(keys):
        book = FaultBook()
        book.replace([chosen_rule])
        found = {key: [] for key in "abc"}
        for key in keys:
            found[key].append(bool(book.choose(Subject("GetObject", "bucket", key, ""))))
        return found

    assert outcome([key for key, _ in arrivals]) == outcome("aaaaaabbbbbbcccccc")


@given(st.integers(1, 10**6), st.integers(), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_probability_only_adds_faults(number, seed, one, other):
    low, high = sorted((one, other))

    if is_due(rule(probability=low, seed=seed), number, chosen=0):
        assert is_due(rule(probability=high, seed=seed), number, chosen=0)


def test_a_probability_is_about_the_share_of_requests():
    share = len(numbers_chosen(rule(probability=0.25, seed=7), requests=4000)) / 4000

    assert 0.2 < share < 0.3


def test_the_first_rule_that_is_due_happens():
    book = FaultBook()
    book.replace([rule(name="second-only", nth=2), rule(name="rest", times=2)])

    names = [entry.rule.name if (entry := book.choose(GET)) else None for _ in range(4)]

    assert names == ["rest", "second-only", "rest", None]


def test_rules_are_named_and_names_are_unique():
    book = FaultBook()
    book.replace([rule(name="rule-1"), rule(), rule()])

    assert [each.rule.name for each in book.reports()] == ["rule-1", "rule-2", "rule-3"]
    with pytest.raises(ValueError, match="already a rule named rule-2"):
        book.add([rule(name="rule-2")])
    assert book.remove("rule-2")
    assert not book.remove("rule-2")
    assert len(book) == 2


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ({"fault": {"kind": "error", "code": "Strange"}}, "needs a status"),
        ({"fault": {"kind": "explode"}}, "explode"),
        ({"fault": {"kind": "slow"}}, "bytes_per_second"),
        ({"fault": {"kind": "reset"}, "operations": ["GetObjects"]}, "no operation is named GetObjects"),
        ({"fault": {"kind": "reset"}, "keys": "a"}, "keys"),
        ({"fault": {"kind": "reset"}, "probability": 2}, "probability"),
        ({"fault": {"kind": "headers"}}, "name a header"),
        ({"fault": {"kind": "headers", "remove": ["Content-Length"]}}, "changed with truncate"),
        ({"fault": {"kind": "overwrite", "torn": True}}, "torn"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_reason(document, complaint):
    with pytest.raises(ValidationError, match=complaint):
        Rules.model_validate({"rules": [document]})


def test_rules_survive_json():
    faults = [ERROR, Reset(at="headers"), Corrupt(at_byte=-1), Headers(falsify=("ETag",)), Overwrite()]
    many = Rules(rules=tuple(Rule(fault=fault, operations=("Get*",), nth=(1, 3)) for fault in faults))

    assert Rules.model_validate_json(many.model_dump_json()) == many


def test_operations_have_the_names_oss_gives_them():
    assert {
        "GetObject",
        "HeadObject",
        "GetObjectMeta",
        "PutObject",
        "AppendObject",
        "CopyObject",
        "DeleteObject",
        "DeleteMultipleObjects",
        "ListObjects",
        "ListBuckets",
        "GetBucketInfo",
        "InitiateMultipartUpload",
        "UploadPart",
        "UploadPartCopy",
        "CompleteMultipartUpload",
        "AbortMultipartUpload",
        "ListParts",
        "ListMultipartUploads",
        "PutSymlink",
        "GetObjectTagging",
        "RestoreObject",
    } <= OPERATIONS
