import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from local.deployment import ROOT, build

MIB = 1 << 20
ELF_MACHINES = {"arm64": 183, "x86_64": 62}
WHEEL_MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
MUST_BE_COMPILED = {"anycrc", "crcmod_plus", "pycurl", "pydantic_core"}


@pytest.fixture(scope="module", params=["arm64", "x86_64"])
def architecture(request):
    return request.param


@pytest.fixture(scope="module")
def deps(architecture, tmp_path_factory):
    return built("DepsLayer", architecture, tmp_path_factory.mktemp(architecture))


@pytest.fixture(scope="module")
def core(tmp_path_factory):
    return built("CoreLayer", "arm64", tmp_path_factory.mktemp("core"))


def built(layer: str, architecture: str, folder: Path) -> Path:
    """The folder of a layer that sam built."""
    build(folder, architecture=architecture, log=folder / "build.log", only=layer)
    return folder / "build" / layer


def requirements() -> dict[str, str]:
    lines = (ROOT / "layers" / "deps" / "requirements.txt").read_text().splitlines()
    pinned = (line.partition(" ;")[0].partition("==") for line in lines)
    return {name.replace("-", "_").lower(): version for name, _, version in pinned}


def compiled_in_lock() -> set[str]:
    """Required packages of which a wheel for Linux exists, by the lock file."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    return {
        package["name"].replace("-", "_")
        for package in lock["package"]
        if any("manylinux" in wheel["url"] for wheel in package.get("wheels", []))
    } & requirements().keys()


def wheel_tags(layer: Path) -> dict[str, list[str]]:
    """The tags of each installed distribution, by its name."""
    found = {}
    for wheel in layer.glob("python/*.dist-info/WHEEL"):
        name = wheel.parent.name.removesuffix(".dist-info").rpartition("-")[0].replace("-", "_").lower()
        found[name] = re.findall(r"^Tag: (.+)$", wheel.read_text(), re.MULTILINE)
    return found


def test_the_requirements_are_those_of_the_lock():
    export = [
        str(Path(sys.executable).parent / "uv"),
        "export",
        "--quiet",
        "--frozen",
        "--no-dev",
        "--no-emit-project",
    ]
    export += ["--no-hashes", "--no-header", "--no-annotate", "--no-emit-package", "crcmod"]

    exported = subprocess.run(export, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert (ROOT / "layers" / "deps" / "requirements.txt").read_text() == exported


def test_everything_required_is_in_the_layer(deps):
    assert wheel_tags(deps).keys() == requirements().keys()


def test_no_package_fell_back_to_pure_python(deps, architecture):
    tags = wheel_tags(deps)

    assert compiled_in_lock() >= MUST_BE_COMPILED
    for name in compiled_in_lock():
        assert any(tag.endswith(WHEEL_MACHINES[architecture]) for tag in tags[name]), name


def test_every_library_is_for_the_processor(deps, architecture):
    libraries = [path for path in deps.rglob("*.so*") if path.is_file()]

    assert {path.parent.name for path in libraries} >= {"anycrc", "crcmod", "pycurl", "pydantic_core"}
    for path in libraries:
        with path.open("rb") as library:
            header = library.read(20)
        assert header[:4] == b"\x7fELF"
        assert int.from_bytes(header[18:20], "little") == ELF_MACHINES[architecture], path


def test_the_layers_fit_into_a_function(deps, core, tmp_path):
    entries = [path for layer in (deps, core) for path in layer.rglob("*") if path.is_file()]
    with zipfile.ZipFile(tmp_path / "layer.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in entries:
            archive.write(path, path.relative_to(path.anchor))

    assert sum(path.stat().st_size for path in entries) < 150 * MIB  # Lambda takes 250 MiB with the function
    assert (tmp_path / "layer.zip").stat().st_size < 50 * MIB


def test_the_library_is_importable_from_its_layer(core):
    assert (core / "python" / "ferry" / "errors.py").exists()
    assert sorted(path.name for path in core.iterdir()) == ["python"]


def test_the_layer_knows_every_service_that_the_code_calls(deps):
    sources = [*(ROOT / "layers" / "core").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
    calls = re.compile(r"""\b(?:client|resource)\(\s*["']([a-z0-9-]+)["']""")
    called = {service for path in sources for service in calls.findall(path.read_text())}

    described = {path.name for path in (deps / "python" / "botocore" / "data").iterdir()}
    assert called <= described
    assert {"s3", "sqs", "dynamodb", "secretsmanager", "stepfunctions", "sts"} <= described


def test_the_build_says_so_when_uv_is_missing(tmp_path):
    makefile = ROOT / "layers" / "deps" / "arm64" / "Makefile"
    make = shutil.which("make")
    assert make
    (tmp_path / "sh").symlink_to("/bin/sh")

    result = subprocess.run(
        [make, "--file", str(makefile), "build-DepsLayer", f"ARTIFACTS_DIR={tmp_path}"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode != 0
    assert "uv is not on PATH" in result.stderr
