import tomllib

import pytest
from ferry.errors import ConfigurationError
from ferry.settings import Settings
from ferry.wiring import VERSION

from local.deployment import ROOT


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(f"FERRY_{name.upper()}", raising=False)


def test_a_function_needs_only_the_variables_it_reads():
    settings = Settings.from_environment()

    assert settings == Settings()


def test_every_setting_has_its_variable(monkeypatch):
    monkeypatch.setenv("FERRY_TABLE", "ferry")
    monkeypatch.setenv("FERRY_LARGE_OBJECT_THRESHOLD", str(8 * 1024**2))
    monkeypatch.setenv("FERRY_OBJECTS_IN_FLIGHT", "8")

    settings = Settings.from_environment()

    assert (settings.table, settings.large_object_threshold, settings.objects_in_flight) == (
        "ferry",
        8 * 1024**2,
        8,
    )


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("FERRY_LARGE_OBJECT_THRESHOLD", "512 MiB"),
        ("FERRY_LARGE_OBJECT_THRESHOLD", "5242879"),
        ("FERRY_LARGE_OBJECT_THRESHOLD", "5368709121"),
        ("FERRY_PART_SIZE", "0"),
        ("FERRY_OBJECTS_IN_FLIGHT", "0"),
        ("FERRY_HELD_BYTES", ""),
        ("FERRY_MAX_DELIVERIES", "101"),
    ],
)
def test_a_value_that_cannot_be_is_named_with_what_to_do(monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)

    with pytest.raises(ConfigurationError, match=f"{variable}: .*Correct the stack's parameters"):
        Settings.from_environment()


def test_the_version_that_is_told_is_the_project_s():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert project["version"] == VERSION
