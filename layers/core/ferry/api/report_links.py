"""Handing reports out: links that open without signing in, for a few minutes."""

import time
from typing import TYPE_CHECKING, Any, Final, override

from botocore.exceptions import ClientError

from ferry.api.backend import Reports
from ferry.errors import PermanentError
from ferry.tasks.models import Run
from ferry.tasks.reports import ReportFormat, report_name
from ferry.tasks.store import NotFoundError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_VALID_SECONDS: Final = 300


class ReportLinks(Reports):
    """Signs links to the reports in the run bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    @override
    def link(self, run: Run, report_format: ReportFormat) -> tuple[str, float]:
        """Return a link; it names the file that browsers save."""
        if run.real_time or not run.state.is_over:
            msg = f"The run {run.run_id} has no report yet; it gets one when it is over."
            raise PermanentError(msg, reason="WrongState")
        asked: Any = {"Bucket": self._bucket, "Key": report_name(run.run_id, report_format)}
        try:
            self._client.head_object(**asked)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] not in {403, 404}:
                raise
            msg = f"The run {run.run_id} has no report; it has expired, or was never written."
            raise NotFoundError(msg) from error
        named = f'attachment; filename="{run.run_id}.{report_format.value}"'
        url = self._client.generate_presigned_url(
            "get_object",
            Params={**asked, "ResponseContentDisposition": named},
            ExpiresIn=_VALID_SECONDS,
        )
        return url, time.time() + _VALID_SECONDS
