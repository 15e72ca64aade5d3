import pytest

from benchmarks import cost_model

HUB = {
    "S3 PUT": 5.00,
    "S3 GET": 0.40,
    "egress": 0.09,
}


@pytest.fixture(scope="module")
def fed():
    return cost_model.model()


def test_the_document_holds_what_the_model_says(fed):
    text = cost_model.DOCUMENT.read_text()

    assert cost_model.replaced(text, fed) == text


def test_a_document_without_the_marks_is_refused(fed):
    with pytest.raises(ValueError, match="has to hold"):
        cost_model.replaced("# Cost", fed)


@pytest.mark.parametrize(
    ("total", "millions", "per", "above"),
    [
        (cost_model.HUB_SMALL_TOTAL, cost_model.TERABYTE / cost_model.SMALL / 1e6, "object", 4.11),
        (cost_model.HUB_MEDIUM_TOTAL, cost_model.MEDIUM_OBJECTS / 1e6, "terabyte", 2.21),
    ],
)
def test_what_the_hub_is_above_the_unavoidable_follows_from_its_totals(total, millions, per, above):
    floor = millions * (HUB["S3 PUT"] + HUB["S3 GET"]) + 1024 * HUB["egress"]

    assert (total - floor) / (millions if per == "object" else 1) == pytest.approx(above, abs=0.01)


def test_services_add_up_to_what_is_above_the_unavoidable(fed):
    for used in (fed.small(), fed.medium(), fed.large(cost_model.GIB), fed.events(1), fed.events(10)):
        priced = used.priced()
        grouped = sum(priced[part] for parts in cost_model.GROUPS.values() for part in parts)

        assert min(priced.values()) >= 0
        assert grouped == pytest.approx(used.dollars())


def test_the_goal_of_bulk_is_met_from_the_bandwidth_told_on(fed):
    enough = fed.bandwidth_for_goal()
    limit = cost_model.MEDIUM_GOAL * cost_model.HUB_MEDIUM_ABOVE

    assert fed.medium(bytes_per_second=enough).dollars() <= limit
    assert fed.medium(bytes_per_second=enough * 0.99).dollars() > limit


def test_an_alarm_counts_the_metrics_it_reads(fed):
    assert fed.idle_month.alarm_months == 26
