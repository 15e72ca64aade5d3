"""The whole way, as `make demo` goes it: its own stack, real files, two runs, everything compared."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local.stack import load_stack

FERRY = str(Path(sys.executable).with_name("ferry"))


def test_the_demonstration_holds_and_says_so_in_json():
    done = subprocess.run([FERRY, "demo", "--json"], capture_output=True, text=True, timeout=600, check=False)

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["ok"], found["checks"]
    assert all(check["holds"] for check in found["checks"])
    first, second = found["runs"]
    assert first["state"] == second["state"] == "succeeded"
    assert first["counts"]["copied"] > 2000
    assert first["counts"]["bytes"] > 300 << 20
    assert (first["counts"]["current"], first["counts"]["failed"]) == (0, 0)
    assert (second["counts"]["copied"], second["counts"]["failed"]) == (40, 0)
    assert second["counts"]["current"] == first["counts"]["copied"] - 25
    for seen in found["verify"]:
        assert (seen["missing"], seen["extra"], seen["different"]) == (0, 0, 0), seen["examples"]
    assert [seen["same"] for seen in found["verify"]] == [
        first["counts"]["copied"],
        first["counts"]["copied"] + 15,
    ]
    assert not _folder(done.stderr).exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demonstration_leaves_nothing_behind(number):
    with subprocess.Popen([FERRY, "demo"], stdout=subprocess.PIPE, text=True) as demo:
        shown = ""
        # A step is printed when it has ended: from here on both servers run.
        while "✓ Starting" not in shown and (line := demo.stdout.readline()):
            shown += line
        stack = load_stack(_folder(shown))
        demo.send_signal(number)
        shown += demo.communicate(timeout=60)[0]

    assert demo.returncode == 130, shown
    assert stack is not None
    assert not any(process.is_alive() for process in stack.processes.values())
    assert not _folder(shown).exists()


def _folder(shown: str) -> Path:
    found = re.search(r"everything is in (\S+)", shown)
    assert found, shown
    return Path(found[1])
