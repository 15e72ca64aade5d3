"""What a handler is made of as a rule: boto3, oss2 and Powertools, each with what it needs at its start.

It copies the objects of the same messages as Ferry's does, without comparing, conditions and bookkeeping.
"""

import json
import os
from typing import Any

import boto3
import oss2
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from benchmarks.object_server.options import REPLICA_BUCKET, SOURCE_BUCKET

logger = Logger()
metrics = Metrics()
tracer = Tracer(disabled=True)
processor = BatchProcessor(event_type=EventType.SQS)
s3 = boto3.client("s3")
sqs = boto3.client("sqs")
source = oss2.Bucket(
    oss2.AuthV4("benchmark", "benchmark"), os.environ["OSS_ENDPOINT"], SOURCE_BUCKET, region="cn-hangzhou"
)


def copy_objects(record: SQSRecord) -> None:
    """Copy the objects of a message, one after the other."""
    for one in json.loads(record.body)["objects"]:
        content = source.get_object(one["key"]).read()
        s3.put_object(Bucket=REPLICA_BUCKET, Key=one["key"], Body=content)


@logger.inject_lambda_context
@metrics.log_metrics
@tracer.capture_lambda_handler
def lambda_handler(event: dict[str, Any], context: Any) -> Any:
    """Copy the objects of a batch of messages."""
    return process_partial_response(event, copy_objects, processor, context)
