"""How much copies may take of their source, on the command line."""

import pytest
import typer
from ferry.pacing.limits import Limits, Window
from ferry.tasks.audit import AuditLog

from cli.limits import describe_limits, read_limits, read_window
from tests.unit.cli.test_cli_tasks_and_runs import CREATE, deployed, moto  # noqa: F401 - fixtures

MIB = 1024**2
EVERYTHING = (
    *("--max-bandwidth", "50M", "--max-requests", "500", "--limits-timezone", "Asia/Shanghai"),
    *("--limit-window", "mon-fri 08:00-18:00 5M,100", "--limit-window", "22:00-06:00 unlimited"),
)


def words(text):
    return " ".join(text.replace("│", " ").split())


@pytest.mark.parametrize(
    ("text", "days", "hours", "most"),
    [
        ("mon-fri 08:00-18:00 5M,100", "mon tue wed thu fri", "08:00-18:00", (5 * MIB, 100)),
        ("mon,wed 08:00-18:00 5MiB", "mon wed", "08:00-18:00", (5 * MIB, None)),
        ("Fri-Mon 00:00-00:00 unlimited , 7", "mon fri sat sun", "00:00-00:00", (None, 7)),
        ("sun,mon-tue 22:00-06:00 unlimited,unlimited", "mon tue sun", "22:00-06:00", (None, None)),
        ("  22:00-06:00   1048576,unlimited ", "", "22:00-06:00", (MIB, None)),
    ],
)
def test_a_window_is_read_as_it_is_written(text, days, hours, most):
    start, end = hours.split("-")

    assert read_window(text) == Window(
        days=tuple(days.split()), start=start, end=end, bandwidth=most[0], requests=most[1]
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "--limit-window must be such as 'mon-fri 08:00-18:00 5M,100', not ''"),
        ("08:00-18:00", "must be such as"),
        ("mon fri 08:00-18:00 5M", "must be such as"),
        ("08:00 5M", "must be such as"),
        ("monday 08:00-18:00 5M", "'monday' is no day; write mon, mon-fri or mon,wed"),
        ("mon-x 08:00-18:00 5M", "'mon-x' is no day"),
        ("8:00-24:00 5M", "start must be a time of day such as 08:00 or 23:30, and end must be"),
        ("08:00-18:00 fast", "'fast' is no bandwidth; write bytes per second such as 5M"),
        ("08:00-18:00 5K", "the bandwidth must be at least 1 MiB/s"),
        ("08:00-18:00 5M,0", "'0' is no number of requests per second; write one such as 100"),
        ("08:00-18:00 5M,1,2", "'1,2' is no number"),
    ],
)
def test_a_window_that_is_none_is_refused_with_one_to_write(text, sentence):
    with pytest.raises(typer.BadParameter) as refused:
        read_window(text)

    assert sentence in refused.value.message
    assert refused.value.message.startswith("--limit-window ")
    assert refused.value.message.endswith(".")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("5X", None), "--max-bandwidth cannot be used: '5X' is no bandwidth; write bytes per second"),
        (("1K", None), "--max-bandwidth must be at least 1 MiB/s"),
        (("", None, [], "Asia/Shanghai"), "--limits-timezone is about --limit-window; give one too"),
        (("5M", None, None, "Shanghai"), "--limits-timezone must be a time zone such as Asia/Shanghai"),
        (("", None, ["08:00-18:00 unlimited"]), "These limit nothing; give --max-bandwidth"),
        (("5M", None, ["08:00-18:00 5M"] * 51), "--limit-window can be given 50 times."),
    ],
)
def test_an_option_about_limits_that_is_wrong_is_named(typed, sentence):
    with pytest.raises(typer.BadParameter) as refused:
        read_limits(*typed)

    assert sentence in refused.value.message


def test_no_option_makes_no_limits():
    assert read_limits("", None) is None
    assert describe_limits(None) == "none"


def test_limits_are_described_as_they_hold():
    chosen = Limits(
        bandwidth=3 * MIB // 2,
        timetable=(
            Window(days=("mon", "tue", "wed"), start="08:00", end="18:00", requests=1000),
            Window(days=("sat", "sun"), start="00:00", end="00:00"),
        ),
    )

    assert describe_limits(chosen).splitlines() == [
        "mon-wed 08:00-18:00: 1,000 requests/s",
        "sat,sun 00:00-00:00: unlimited",
        "else: 1.5 MiB/s",
        "(times of UTC)",
    ]


def test_a_task_keeps_its_limits(deployed):  # noqa: F811
    created = deployed.json(*CREATE, *EVERYTHING)
    _, shown, _ = deployed.run("task", "show", "photos")

    assert created["limits"] == {
        "bandwidth": 50 * MIB,
        "requests": 500,
        "timetable": [
            {
                "days": ["mon", "tue", "wed", "thu", "fri"],
                "start": "08:00",
                "end": "18:00",
                "bandwidth": 5 * MIB,
                "requests": 100,
            },
            {"days": [], "start": "22:00", "end": "06:00", "bandwidth": None, "requests": None},
        ],
        "timezone": "Asia/Shanghai",
    }
    for line in (
        "mon-fri 08:00-18:00: 5.0 MiB/s, 100 requests/s",
        "22:00-06:00: unlimited",
        "else: 50.0 MiB/s, 500 requests/s",
        "(times of Asia/Shanghai)",
    ):
        assert line in shown


def test_limits_are_changed_as_a_whole_and_taken_away_and_it_is_written_down(deployed):  # noqa: F811
    deployed.json(*CREATE, *EVERYTHING)

    changed = deployed.json("task", "limits", "photos", "--max-requests", "20")
    kept = deployed.json("task", "show", "photos")
    code, said, _ = deployed.run("task", "limits", "photos", "--max-bandwidth", "5M")
    gone = deployed.json("task", "limits", "photos", "--none")
    _, shown, _ = deployed.run("task", "show", "photos")

    assert changed["limits"] == kept["limits"]
    assert changed["limits"] == {"bandwidth": None, "requests": 20, "timetable": [], "timezone": "UTC"}
    assert (code, "Limits of the task photos: 5.0 MiB/s." in words(said)) == (0, True)
    assert gone == {"task_id": "photos", "limits": None}
    assert "Limits none" in words(shown)
    entries = AuditLog(deployed.tasks._table).list(task_id="photos").rows
    assert [(entry.action, entry.detail) for entry in entries][:3] == [
        ("limits.remove", ""),
        ("limits.set", '{"bandwidth":5242880}'),
        ("limits.set", '{"requests":20}'),
    ]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "Give --max-bandwidth, --max-requests or --limit-window; --none takes all limits away."),
        (["--none", "--max-requests", "5"], "--none takes all limits away; give it without others."),
        (["--max-requests", "0"], "'--max-requests'"),
        (["--limit-window", "08:00"], "--limit-window must be such as 'mon-fri 08:00-18:00 5M,100'"),
    ],
)
def test_a_change_of_limits_that_cannot_be_is_refused(deployed, options, sentence):  # noqa: F811
    deployed.json(*CREATE, *EVERYTHING)

    code, out, err = deployed.run("task", "limits", "photos", *options)

    assert (code, out) == (2, "")
    assert sentence in words(err)
    assert deployed.json("task", "show", "photos")["limits"]["requests"] == 500
