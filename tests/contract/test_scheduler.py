from datetime import UTC, datetime, timedelta

from ferry.tasks.schedules import Schedule, Scheduler

from tests.support.aws import client_to


def test_schedules_are_made_changed_and_removed(moto):
    with client_to(moto, "scheduler") as client:
        client.create_schedule_group(Name="ferry-tasks")
        scheduler = Scheduler(
            client,
            group="ferry-tasks",
            function_arn="arn:aws:lambda:us-east-1:123456789012:function:run_control",
            role_arn="arn:aws:iam::123456789012:role/scheduler",
            dead_letter_arn="arn:aws:sqs:us-east-1:123456789012:broken-off",
        )

        scheduler.put("photos", Schedule(expression="rate(1 day)"))
        begins = client.get_schedule(Name="photos", GroupName="ferry-tasks")["StartDate"]
        assert timedelta(hours=23) < begins - datetime.now(UTC) <= timedelta(days=1)
        scheduler.put("photos", Schedule(expression="cron(0 3 * * ? *)", timezone="Asia/Shanghai"))

        made = client.get_schedule(Name="photos", GroupName="ferry-tasks")
        assert made["ScheduleExpression"] == "cron(0 3 * * ? *)"
        assert made["ScheduleExpressionTimezone"] == "Asia/Shanghai"
        assert made["Target"]["Input"] == '{"action": "start", "task_id": "photos"}'
        assert made["ActionAfterCompletion"] == "NONE"
        scheduler.remove("photos")
        scheduler.put("photos", Schedule(expression="at(2126-12-24T03:00:00)"))
        once = client.get_schedule(Name="photos", GroupName="ferry-tasks")
        assert once["ScheduleExpression"] == "at(2126-12-24T03:00:00)"
        assert once["ActionAfterCompletion"] == "DELETE"
        for _ in range(2):
            scheduler.remove("photos")
        assert client.list_schedules(GroupName="ferry-tasks")["Schedules"] == []
