"""What a cold start may pay for; oss2 alone costs half a second."""

import subprocess
import sys

import pytest

from local.deployment import ROOT

LOOKED_FOR = {
    "cryptography",
    "defusedxml",
    "oss2",
    "requests",
    "boto3",
    "aws_xray_sdk",
    "aws_lambda_powertools.utilities.data_classes",
    "pycurl",
    "sqlite3",
    "moto",
    "local",
    "cli",
}
NEVER = {"oss2", "requests", "aws_xray_sdk", "moto", "local", "cli"}
WITHOUT_SDK = NEVER | {"boto3", "pycurl"}
DATA_PATH = WITHOUT_SDK | {"aws_lambda_powertools.utilities.data_classes"}
FORBIDDEN = {
    "transfer": DATA_PATH,
    "intake": DATA_PATH | {"cryptography", "defusedxml"},
    "finder": DATA_PATH,
    "multipart_copy": DATA_PATH,
    "multipart_plan": DATA_PATH,
    "multipart_finish": DATA_PATH,
    "run_control": NEVER,
    "dead_letters": NEVER,
    "tasks_api": NEVER,
    "console": WITHOUT_SDK,
}


def loaded_by(statement):
    """The modules of interest that a fresh interpreter has loaded after a statement."""
    code = f"import sys; {statement}; print(*({LOOKED_FOR!r} & sys.modules.keys()))"
    finished = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(finished.stdout.split())


@pytest.mark.parametrize("function", sorted(FORBIDDEN))
def test_a_function_does_not_load_what_it_may_not_need(function):
    assert loaded_by(f"import functions.{function}.app") & FORBIDDEN[function] == set()


def test_the_console_needs_no_layer():
    code = "import sys, functions.console.app as app; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert not {"ferry", "pydantic", "aws_lambda_powertools"} & set(loaded.stdout.split())


def test_the_ceilings_cover_every_function():
    assert {path.parent.name for path in ROOT.glob("functions/*/app.py")} == set(FORBIDDEN)


def test_the_engine_needs_no_sdk():
    statement = "import ferry.transfer.engine, ferry.stores.memory, ferry.multipart.upload, ferry.finder.scan"

    assert loaded_by(statement) == set()
