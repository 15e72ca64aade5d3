import gzip
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from local.deployment import ROOT, build

FOLDER = ROOT / "functions" / "console"


@pytest.fixture(scope="module")
def function(tmp_path_factory):
    """The folder of the function as sam built it."""
    folder = tmp_path_factory.mktemp("console")
    build(folder, architecture="arm64", log=folder / "build.log", only="ConsoleFunction")
    return folder / "build" / "ConsoleFunction"


def test_the_function_holds_its_handler_and_the_built_console(function):
    assert (function / "app.py").read_bytes() == (FOLDER / "app.py").read_bytes()
    assert (function / "version").read_text()
    assert sorted(path.name for path in function.iterdir()) == ["app.py", "site", "version"]
    assert list(function.glob("site/assets/*-*.js"))


def test_every_text_of_the_console_is_compressed_beforehand(function):
    texts = [*function.rglob("*.js"), *function.rglob("*.css"), *function.rglob("*.html")]
    # Of the shortest, a compressed form would be longer.
    worth_it = [path for path in texts if path.stat().st_size > 500]
    assert len(worth_it) > 5
    for path in worth_it:
        assert path.with_name(f"{path.name}.br").stat().st_size < path.stat().st_size
        assert gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes()) == path.read_bytes()


def test_the_page_works_under_any_path(function):
    page = (function / "site" / "index.html").read_text()

    assert 'src="./assets/' in page
    assert 'src="/' not in page
    assert 'href="/' not in page


def test_the_same_sources_are_not_built_again(function):
    (kept,) = [path for path in (ROOT / "console" / ".build").iterdir() if path.name != "lock"]
    before = kept.stat().st_mtime_ns
    again = function.parent / "again"

    subprocess.run(["node", str(FOLDER / "build.mjs"), str(again)], check=True, env=without_npm(function))

    assert kept.stat().st_mtime_ns == before
    assert (again / "site" / "index.html").read_bytes() == (function / "site" / "index.html").read_bytes()


def test_the_build_says_so_when_node_is_missing(tmp_path):
    make = shutil.which("make")
    assert make
    (tmp_path / "sh").symlink_to("/bin/sh")

    result = subprocess.run(
        [make, "--file", str(FOLDER / "Makefile"), "build-ConsoleFunction", f"ARTIFACTS_DIR={tmp_path}"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode != 0
    assert "install Node.js 20.19 or newer" in result.stderr


def without_npm(function: Path) -> dict[str, str]:
    """An environment in which node is found and npm fails."""
    folder = function.parent / "no-npm"
    folder.mkdir()
    npm = folder / "npm"
    npm.write_text("#!/bin/sh\nexit 1\n")
    npm.chmod(0o755)
    return {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
