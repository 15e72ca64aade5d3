"""Messages that no task could take, on the command line."""

from datetime import UTC, datetime

from ferry.tasks.strays import Stray, Strays

from tests.unit.cli.test_cli_tasks_and_runs import deployed, moto  # noqa: F401 - fixtures

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_a_stray_message_is_sent_again_by_the_id_that_is_listed(deployed):  # noqa: F811
    strays = Strays(deployed.tasks._table)
    strays.keep(Stray("9f1c-77", NOON, "Nobody follows it.", "{}"))
    (listed,) = deployed.json("realtime", "strays")
    _, shown, _ = deployed.run("realtime", "strays")

    deployed.json("realtime", "strays", "--send-again", listed["stray_id"])
    again, _, said = deployed.run("realtime", "strays", "--send-again", listed["stray_id"])

    assert (listed["message_id"], listed["stray_id"] in shown) == ("9f1c-77", True)
    assert list(strays.list()) == []
    assert (again != 0, "There is no stray message" in said) == (True, True)
