"""The suites: where their tests are, what they want in their environment, how one file is run."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.oracle import host_names

_HERE = Path(__file__).parent
_INSIDE = _HERE / "inside"
ACCOUNT = "1000000000000001"
PAYER_ACCOUNT = "1000000000000002"
PAYER = ("payer-access-key", "payer-access-secret")
"""A second account, for objects whose reader pays."""


@dataclass(frozen=True)
class Suite:
    """A vendor's test suite.

    Attributes:
        name: What the command line calls it.
        project: Name of the project it comes from.
        files: Glob of its test files.
        version_file: The file that says the project's version.
        environment: The variables it reads, from an access key id and its secret.
        command: The command that runs one file.
        prepare: Makes a folder to run in from a checkout and a scratch folder.
        shares_files: Whether test files write the same temporary files, so that they cannot run side by side.
    """

    name: str
    project: str
    files: str
    version_file: str
    environment: Callable[[str, str], dict[str, str]]
    command: Callable[[str], list[str]]
    prepare: Callable[[Path, Path], Path]
    shares_files: bool = False

    def heading(self, checkout: Path) -> str:
        """Project, version and commit of a checkout."""
        text = (checkout / self.version_file).read_text(encoding="utf-8")
        found = re.search(r"""version_*"?\s*[:=]\s*["']([^"']+)""", text, re.IGNORECASE)
        return f"{self.project} {found[1] if found else 'unknown'} (commit {commit_of(checkout)})"

    def not_applicable(self) -> Mapping[str, Mapping[str, str]]:
        """Reasons by test file, then by glob of test titles."""
        return tomllib.loads((_HERE / "not_applicable" / f"{self.name}.toml").read_text(encoding="utf-8"))


def _pytest(file: str) -> list[str]:
    options = ["-q", "-p", "oracle_pytest", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", "."]
    return [sys.executable, "-W", "ignore", "-m", "pytest", *options, file]


def _python_environment(access_key_id: str, secret: str) -> dict[str, str]:
    return {
        "PYTHONPATH": str(_INSIDE),
        "OSS_TEST_ACCESS_KEY_ID": access_key_id,
        "OSS_TEST_ACCESS_KEY_SECRET": secret,
        "OSS_TEST_ENDPOINT": f"http://{host_names.SERVICE}",
        "OSS_TEST_REGION": "cn-hangzhou",
        "OSS_TEST_PAYER_ACCESS_KEY_ID": PAYER[0],
        "OSS_TEST_PAYER_ACCESS_KEY_SECRET": PAYER[1],
        "OSS_TEST_PAYER_UID": PAYER_ACCOUNT,
        "OSS_TEST_UID": ACCOUNT,
        "OSS_TEST_USER_ID": ACCOUNT,
        "OSS_TEST_RAM_UID": ACCOUNT,
        "OSS_TEST_RAM_ROLE_ARN": f"acs:ram::{ACCOUNT}:role/oracle",
    }


def _as_it_is(checkout: Path, scratch: Path) -> Path:
    return checkout


def _mocha(file: str) -> list[str]:
    recorder = str(_INSIDE / "oracle_mocha.cjs")
    options = [
        "--timeout",
        "120000",
        "--exit",
        "--require",
        "should",
        "--require",
        recorder,
        "--reporter",
        recorder,
    ]
    return ["node_modules/.bin/mocha", *options, file]


def _node_environment(access_key_id: str, secret: str) -> dict[str, str]:
    return {
        "ALI_SDK_OSS_ID": access_key_id,
        "ALI_SDK_OSS_SECRET": secret,
        "ALI_SDK_OSS_REGION": "oss-cn-hangzhou",
        "ALI_SDK_STS_ID": access_key_id,
        "ALI_SDK_STS_SECRET": secret,
        "ALI_SDK_STS_ROLE": f"acs:ram::{ACCOUNT}:role/oracle",
        "ALI_SDK_STS_BUCKET": "ali-oss-sts",
        "ONCI": "",
    }


# What the tests need of the project's development packages; the others lint, bundle and publish.
_NODE_PACKAGES = """
    @alicloud/openapi-client @alicloud/resourcemanager20200331 @alicloud/tea-util @types/node axios crypto-js
    filereader form-data mm mocha nise should sinon stream-equal timemachine typescript
"""


def _npm_install(checkout: Path, scratch: Path) -> Path:
    """Copy the checkout, install what it needs and compile it, unless an earlier run did."""
    folder = scratch / f"ali-oss-{commit_of(checkout)}"
    if (folder / "ready").exists():
        return folder
    shutil.copytree(
        checkout, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".git", "dist", "node_modules")
    )
    package = json.loads((checkout / "package.json").read_text(encoding="utf-8"))
    wanted = _NODE_PACKAGES.split()
    package["devDependencies"] = {name: package["devDependencies"][name] for name in wanted}
    del package["scripts"]
    (folder / "package.json").write_text(json.dumps(package), encoding="utf-8")
    (folder / "package-lock.json").unlink(missing_ok=True)
    subprocess.run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True)
    subprocess.run(["node_modules/.bin/tsc", "-b", "tsconfig-cjs.json"], cwd=folder, check=True)
    (folder / "ready").touch()
    return folder


def commit_of(checkout: Path) -> str:
    """The checkout's commit, or the folder's name outside git."""
    asked = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=checkout, capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or checkout.name


SUITES: Sequence[Suite] = (
    Suite(
        "oss2",
        "aliyun-oss-python-sdk",
        "tests/test_*.py",
        "oss2/__init__.py",
        _python_environment,
        _pytest,
        _as_it_is,
    ),
    Suite(
        "oss-v2",
        "alibabacloud-oss-python-sdk-v2",
        "tests/integration/**/test_*.py",
        "alibabacloud_oss_v2/_version.py",
        _python_environment,
        _pytest,
        _as_it_is,
    ),
    Suite(
        "ali-oss",
        "ali-oss",
        "test/node/**/*.test.js",
        "package.json",
        _node_environment,
        _mocha,
        _npm_install,
        shares_files=True,
    ),
)
