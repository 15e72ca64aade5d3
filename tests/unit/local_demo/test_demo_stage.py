import json
import signal
import sys

import pytest

from local.demo.stage import Stage, ended_by_signals
from local.processes import BackgroundProcess, start_process


def _stack_of(folder, process: BackgroundProcess) -> None:
    """Leave the state that a stack with this one process leaves."""
    access = {"endpoint": "http://127.0.0.1:9", "region": "r", "access_key_id": "i"}
    state = {
        "folder": str(folder),
        "aws": {**access, "secret_access_key": "s"},
        "oss": {**access, "access_key_secret": "s"},
        "processes": {
            "aws": {"pid": process.pid, "started": process.started, "log": str(process.log)},
        },
    }
    (folder / "stack.json").write_text(json.dumps(state))


def _sleeper(folder) -> BackgroundProcess:
    (folder / "logs").mkdir(parents=True)
    command = [sys.executable, "-c", "import signal; signal.pause()"]
    process = start_process(command, environment={}, folder=folder, log=folder / "logs" / "aws.log")
    _stack_of(folder, process)
    return process


def test_nothing_is_left_when_all_went_well(tmp_path):
    with Stage(tmp_path) as stage:
        process = _sleeper(stage.folder)
        stage.keep_logs = False

    assert not process.is_alive()
    assert not stage.folder.exists()


def test_the_logs_alone_stay_after_a_failure(tmp_path):
    with Stage(tmp_path) as stage:
        process = _sleeper(stage.folder)
        (stage.folder / "data" / "s3").mkdir(parents=True)
        (stage.folder / "build.toml").touch()
        stage.keep_logs = True

    assert not process.is_alive()
    assert list(stage.folder.iterdir()) == [stage.logs]
    assert [log.name for log in stage.logs.iterdir()] == ["aws.log"]


def test_what_a_killed_demonstration_left_is_removed_by_the_next(tmp_path):
    killed = tmp_path / "demo-killed"
    process = _sleeper(killed)
    (killed / "demo.lock").touch()

    with Stage(tmp_path):
        assert not process.is_alive()
        assert not killed.exists()


def test_two_at_a_time_leave_each_other_alone(tmp_path):
    with Stage(tmp_path) as first:
        process = _sleeper(first.folder)
        with Stage(tmp_path) as second:
            assert second.folder != first.folder
        assert process.is_alive()
        assert first.folder.exists()


def test_the_logs_of_an_earlier_failure_stay(tmp_path):
    (tmp_path / "demo-failed" / "logs").mkdir(parents=True)

    with Stage(tmp_path):
        pass

    assert (tmp_path / "demo-failed" / "logs").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_unwind_like_an_interruption(number):
    before = signal.getsignal(number)

    with pytest.raises(KeyboardInterrupt), ended_by_signals():
        signal.raise_signal(number)

    assert signal.getsignal(number) == before
