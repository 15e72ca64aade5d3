"""The topics of tasks, on moto's SNS."""

import json

import pytest
from ferry.errors import PermanentError
from ferry.tasks.alerts import AlertTopics

from tests.support.aws import client_to, unique_name
from tests.support.builders import task


@pytest.fixture
def sns(moto):
    with client_to(moto, "sns") as client:
        yield client


@pytest.fixture
def prefix():
    return f"arn:aws:sns:us-east-1:123456789012:{unique_name('ferry')}-task-"


@pytest.fixture
def topics(sns, prefix):
    return AlertTopics(sns, prefix)


def told(email=None, webhook=None):
    return task(alerts={"email": email, "webhook": webhook})


def emails(sns, prefix):
    found = sns.list_subscriptions_by_topic(TopicArn=prefix + "photos")["Subscriptions"]
    return [(one["Protocol"], one["Endpoint"]) for one in found]


def exists(sns, prefix):
    return prefix + "photos" in {one["TopicArn"] for one in sns.list_topics()["Topics"]}


def test_a_task_with_an_address_gets_a_topic_with_one_subscription_however_often(sns, topics, prefix):
    for _ in range(3):
        topics.put(told("a@example.com"))

    assert emails(sns, prefix) == [("email", "a@example.com")]
    tags = sns.list_tags_for_resource(ResourceArn=prefix + "photos")["Tags"]
    stack = prefix.rpartition(":")[2].removesuffix("-task-")
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"ferry:stack": stack, "ferry:task": "photos"}


def test_another_address_ends_what_goes_to_the_one_before(sns, topics, prefix):
    topics.put(told("a@example.com"))
    topics.put(told("b@example.com"))

    assert emails(sns, prefix) == [("email", "b@example.com")]


@pytest.mark.parametrize("after", [task(), told(webhook="https://hooks.example.com/x")])
def test_a_task_without_an_address_has_no_topic(sns, topics, prefix, after):
    topics.put(told("a@example.com"))
    topics.put(after)
    topics.put(after)

    assert not exists(sns, prefix)


def test_a_topic_goes_with_its_task_and_may_be_gone_before(sns, topics, prefix):
    topics.put(told("a@example.com"))
    topics.remove("photos")
    topics.remove("photos")

    assert not exists(sns, prefix)


def test_a_message_reaches_whoever_subscribes(moto, sns, topics, prefix):
    topics.put(told("a@example.com"))
    with client_to(moto, "sqs") as sqs:
        queue = sqs.create_queue(QueueName=unique_name("mailbox"))["QueueUrl"]
        names = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
        sns.subscribe(TopicArn=prefix + "photos", Protocol="sqs", Endpoint=names["QueueArn"])

        topics.publish("photos", "Ferry: done", "All well: 日本.")
        (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]

    received = json.loads(message["Body"])
    assert (received["Subject"], received["Message"]) == ("Ferry: done", "All well: 日本.")


def test_a_message_of_a_topic_that_is_not_there_is_given_up(topics):
    with pytest.raises(PermanentError, match="did not take a message about the task photos"):
        topics.publish("photos", "Ferry: done", "All well.")
