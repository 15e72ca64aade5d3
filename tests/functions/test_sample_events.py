import pytest

from local.deployment import ROOT
from tests.support.builders import RUN_ID
from tests.support.deployments import sample

FUNCTIONS = {path.parent.name for path in ROOT.glob("functions/*/app.py")}
SAMPLES = sorted(path.stem for path in ROOT.glob("events/*.json"))
WITHOUT_RUN = {
    name
    for name in SAMPLES
    if name.startswith(("intake-", "tasks_api-", "console-"))
    or name.endswith(("event-job", "bare-message", "raw-event", "start"))
}


def test_every_function_has_a_sample_event():
    assert {name.partition("-")[0] for name in SAMPLES} == FUNCTIONS


@pytest.mark.parametrize("name", sorted(set(SAMPLES) - WITHOUT_RUN))
def test_every_sample_of_a_run_speaks_of_the_same_run(name):
    assert RUN_ID in str(sample(name))
