"""What a handler is made of as a rule: boto3, oss2 and Powertools, each with what it needs at its start."""

import os

import boto3
import oss2
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType

logger = Logger()
metrics = Metrics()
tracer = Tracer(disabled=True)
processor = BatchProcessor(event_type=EventType.SQS)
s3 = boto3.client("s3")
sqs = boto3.client("sqs")
source = oss2.Bucket(
    oss2.AuthV4("benchmark", "benchmark"), os.environ["OSS_ENDPOINT"], "source-bucket", region="cn-hangzhou"
)
