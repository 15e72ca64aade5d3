"""What watches a deployment: alarms, the dashboard, the schedule of the watch."""

import json
import re

import pytest

from local.deployment import ROOT
from tests.support.stack_template import properties, resources, template

ALARMS = resources("AWS::CloudWatch::Alarm")
FUNCTIONS = resources("AWS::Serverless::Function") | resources("AWS::Lambda::Function")
NAMESPACE = {"Fn::Sub": "Ferry/${AWS::StackName}"}
EMITTED = set(re.findall(r'"([A-Z][A-Za-z]+)"', (ROOT / "layers/core/ferry/telemetry.py").read_text())) | {
    name
    for path in [*(ROOT / "functions").glob("*/app.py"), ROOT / "layers/core/ferry/wiring.py"]
    for name in re.findall(r'count\("(\w+)"|"(Notifications\w+)"', path.read_text())
    for name in name
}


def metrics_of(alarm):
    """Namespace, name and dimensions of everything that an alarm looks at."""
    found = alarm["Properties"]
    if "Metrics" in found:
        stats = [query["MetricStat"]["Metric"] for query in found["Metrics"] if "MetricStat" in query]
    else:
        stats = [found]
    return [(stat["Namespace"], stat["MetricName"], stat["Dimensions"]) for stat in stats]


def dashboard():
    body = properties("OperationsDashboard")["DashboardBody"]["Fn::Sub"]
    return json.loads(body)


def graphs():
    """The metrics of each graph, with what ``...`` stands for written out."""
    for widget in dashboard()["widgets"]:
        before: list[str] = []
        for row in widget["properties"].get("metrics", []):
            names = [part for part in row if isinstance(part, str)]
            if names:
                before = names if names[0] != "..." else [*before[: len(before) - len(names) + 1], *names[1:]]
                yield tuple(before)


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_says_what_to_do_reaches_people_and_is_quiet_without_news(name):
    alarm = properties(name)

    assert len(alarm["AlarmDescription"]) > 60
    assert alarm["AlarmDescription"].endswith(".")
    assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]
    assert alarm["TreatMissingData"] == "notBreaching"


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_looks_at_metrics_of_this_deployment_that_somebody_writes(name):
    for namespace, metric, (dimension,) in metrics_of(ALARMS[name]):
        if namespace == NAMESPACE:
            assert metric in EMITTED
            assert dimension["Name"] == "service"
            assert f"functions/{dimension['Value']}" in {
                f["Properties"].get("CodeUri") for f in FUNCTIONS.values()
            }
        else:
            assert namespace in {"AWS/SQS", "AWS/Lambda", "AWS/ApiGateway"}
            assert set(dimension["Value"]) <= {"Ref", "Fn::GetAtt"}


def test_the_metrics_of_two_stacks_in_one_account_do_not_mix():
    variables = template()["Globals"]["Function"]["Environment"]["Variables"]

    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == NAMESPACE


def test_every_function_has_an_alarm_for_its_errors():
    watched = {
        dimension["Value"]["Ref"]
        for alarm in ALARMS.values()
        for namespace, metric, (dimension,) in metrics_of(alarm)
        if (namespace, metric) == ("AWS/Lambda", "Errors")
    }

    assert watched == set(FUNCTIONS)


def test_there_is_an_alarm_for_everything_that_people_have_to_see():
    assert set(ALARMS) >= {
        "DeadLettersAlarm",
        "DeadLettersStuckAlarm",
        "BrokenOffAlarm",
        "FailuresAlarm",
        "LagAlarm",
        "EventQueueAgeAlarm",
        "StalledRunsAlarm",
        "AlertsUndeliveredAlarm",
        "ThrottlesAlarm",
        "EventsApiErrorsAlarm",
    }


def test_the_dashboard_is_named_after_its_region_and_fits_into_the_free_tier():
    name = properties("OperationsDashboard")["DashboardName"]

    assert name == {"Fn::Sub": "${AWS::StackName}-${AWS::Region}"}
    assert len(set(graphs())) <= 50


def test_the_graphs_show_metrics_that_somebody_writes():
    own = [graph for graph in graphs() if graph[0].startswith("Ferry")]

    assert {graph[0] for graph in own} == {"Ferry/${AWS::StackName}"}
    assert {graph[1] for graph in own} <= EMITTED
    assert {graph[2] for graph in own} == {"service", "task"}


def test_one_task_can_be_chosen_on_the_dashboard():
    (variable,) = dashboard()["variables"]

    assert (variable["property"], variable["type"], variable["id"]) == ("task", "property", "task")
    assert variable["search"].startswith('{"Ferry/${AWS::StackName}",task}')


def test_graphs_do_not_overlap():
    places = [(w["x"], w["y"], w["width"], w["height"]) for w in dashboard()["widgets"]]
    cells = [(x + i, y + j) for x, y, width, height in places for i in range(width) for j in range(height)]

    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_the_watch_looks_every_five_minutes():
    schedule = properties("WatchSchedule")

    assert schedule["ScheduleExpression"] == "rate(5 minutes)"
    assert schedule["Target"]["Arn"] == {"Fn::GetAtt": ["RunControlFunction", "Arn"]}
    assert json.loads(schedule["Target"]["Input"]) == {"action": "watch"}
    # It lies beside those of the tasks, none of which can be called this.
    assert schedule["Name"] == "_watch"
