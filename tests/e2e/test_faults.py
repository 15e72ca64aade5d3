"""A deployed run while both clouds go wrong: exactly right in the end, or listed with its reason."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import User
from tests.reliability.deployed import (
    LOST,
    FaultyStack,
    bad_weather,
    running_faulty_stack,
    write_objects,
)

OBJECTS = 5_000


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultyStack]:
    folder: Path = tmp_path_factory.mktemp("faulty-stack")
    with running_faulty_stack(folder) as stack:
        yield stack


def test_a_run_survives_a_few_percent_of_faults_and_loses_only_what_cannot_be_copied(faulty: FaultyStack):
    user = User(faulty.stack)
    content = write_objects(user.source("weather"), OBJECTS)
    assert user.create_task("weather", "oss://weather/in/").code == 0

    with bad_weather(faulty, "weather") as weather:
        run = user.ferry("run", "start", "weather", "--wait", "--json")
    failures = user.ferry("run", "failures", run.json["run_id"], "--json")
    print(weather.injections.table())  # noqa: T201 - shown by pytest -s

    survived = {key.removeprefix("in/"): body for key, body in content.items() if key[3:] not in LOST}
    assert run.json["state"] == "completed_with_failures", run.stdout + run.stderr
    assert {failure["key"][3:]: failure["reason"] for failure in failures.json} == LOST
    counted = {name: run.json["counts"][name] for name in ("copied", "current", "failed", "bytes")}
    assert counted == {
        "copied": len(survived),
        "current": 0,
        "failed": len(LOST),
        "bytes": sum(map(len, survived.values())),
    }
    assert user.replicas("weather/") == survived
    assert user.uploads() == []
    assert weather.injections.applied > OBJECTS / 20


def test_the_next_run_in_good_weather_copies_what_was_lost(faulty: FaultyStack):
    user = User(faulty.stack)

    run = user.ferry("run", "start", "weather", "--wait", "--json")

    assert (run.json["state"], run.json["counts"]["copied"], run.json["counts"]["failed"]) == (
        "succeeded",
        len(LOST),
        0,
    )
    assert user.uploads() == []
