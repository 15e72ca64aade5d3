import inspect
import re
import tomllib

import pytest

from cli.runs import start
from local.deployment import ROOT
from tests.support.stack_template import template

PARAMETERS = template()["Parameters"]
SAMCONFIG = tomllib.loads((ROOT / "samconfig.toml").read_text())
INTERFACE = template()["Metadata"]["AWS::CloudFormation::Interface"]


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_parameter_is_described_and_constrained(name):
    parameter = PARAMETERS[name]

    assert parameter["Description"].endswith(".")
    assert {"AllowedValues", "AllowedPattern", "MinValue"} & parameter.keys()
    assert ("MinValue" in parameter) == ("MaxValue" in parameter)
    assert parameter["ConstraintDescription"].startswith("must be ")


def test_every_parameter_has_a_label_and_one_group():
    grouped = [name for group in INTERFACE["ParameterGroups"] for name in group["Parameters"]]

    assert sorted(grouped) == sorted(PARAMETERS)
    assert INTERFACE["ParameterLabels"].keys() == PARAMETERS.keys()


def test_only_what_nobody_can_guess_has_no_default():
    asked = {name for name, parameter in PARAMETERS.items() if "Default" not in parameter}

    assert asked == {"ReplicaBucketArns", "SecretArns", "AdminEmail"}


def test_functions_run_on_arm64_unless_told_otherwise():
    assert PARAMETERS["Architecture"]["Default"] == "arm64"
    assert PARAMETERS["Architecture"]["AllowedValues"] == ["arm64", "x86_64"]


@pytest.mark.parametrize(
    ("parameter", "value", "fits"),
    [
        ("ReplicaBucketArns", "arn:aws:s3:::my-replica", True),
        ("ReplicaBucketArns", "arn:aws-cn:s3:::my.replica", True),
        ("ReplicaBucketArns", "my-replica", False),
        ("ReplicaBucketArns", "arn:aws:s3:::my-replica/*", False),
        ("ReplicaBucketArns", "arn:aws:s3:::*", False),
        ("SecretArns", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ferry/oss-AbCdEf", True),
        ("SecretArns", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:*", False),
        ("SecretArns", "ferry/oss", False),
        ("KmsKeyArns", "", True),
        ("KmsKeyArns", "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab", True),
        ("KmsKeyArns", "arn:aws:kms:eu-west-1:123456789012:alias/ferry", False),
        ("KmsKeyArns", "arn:aws:kms:eu-west-1:123456789012:key/*", False),
    ],
)
def test_arns_are_checked_before_anything_is_deployed(parameter, value, fits):
    assert bool(re.search(PARAMETERS[parameter]["AllowedPattern"], value)) == fits


@pytest.mark.parametrize("line", (ROOT / "samconfig.toml").read_text().splitlines())
def test_samconfig_names_only_parameters_that_exist(line):
    if line.startswith("parameter_overrides"):
        names = re.findall(r"(\w+)=", line.partition("=")[2])

        assert names
        assert set(names) <= PARAMETERS.keys()


def test_what_is_deployed_without_a_name_is_what_the_command_line_looks_for():
    names = {
        environment: tables["global"]["parameters"]["stack_name"]
        for environment, tables in SAMCONFIG.items()
        if environment != "version"
    }

    assert names["default"] == inspect.signature(start).parameters["stack"].default
    assert len(set(names.values())) == len(names)
