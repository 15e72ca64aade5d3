from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from ferry import costs
from ferry.costs import GIB, Cost, Deployed, Use, cost_of_copying
from ferry.tasks.lag import Distribution, Lag
from ferry.tasks.ledger import Ledger
from ferry.tasks.models import Counts
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import cost_model

MACHINES = Path(__file__).parents[2] / "statemachines"
COUNTS = st.integers(0, 10**9)
SIZES = st.integers(0, 10**15)


def test_nothing_costs_nothing():
    assert cost_of_copying(listed=0, objects=0, size=0).total == 0
    assert costs.copying(0, 0) == costs.finding(0, 0) == costs.copying_in_parts(0, 0) == Use()
    assert costs.following(0, 0) == Use()


@given(COUNTS, COUNTS, SIZES, st.floats(0, 1))
def test_the_parts_add_up(listed, objects, size, share):
    cost = cost_of_copying(listed=listed, objects=objects, size=size, large_size=int(size * share))
    parts = [getattr(cost, one.name) for one in fields(Cost)]

    assert min(parts) >= 0
    assert cost.total == pytest.approx(sum(parts))


@given(COUNTS, COUNTS, SIZES)
def test_every_use_has_a_price_and_is_in_the_cost(listed, objects, size):
    used = costs.finding(listed, objects) + costs.copying(objects, size)

    assert Cost.of(used).total == pytest.approx(used.dollars())
    assert all(getattr(costs.PRICES, one.name) > 0 for one in fields(Use))


@given(COUNTS, st.integers(0, 10**6), SIZES, st.integers(0, 10**12))
def test_more_objects_or_bytes_cost_no_less(objects, more, size, larger):
    cost = cost_of_copying(listed=objects, objects=objects, size=size).total

    assert cost_of_copying(listed=objects + more, objects=objects + more, size=size).total >= cost
    assert cost_of_copying(listed=objects + more, objects=objects, size=size).total >= cost
    assert cost_of_copying(listed=objects, objects=objects, size=size + larger).total >= cost * (1 - 1e-12)


@given(st.integers(1, 1000), st.integers(1, 10**14), st.integers(0, 10**12))
def test_more_or_larger_large_objects_cost_no_less(objects, size, larger):
    cost = costs.copying_in_parts(objects, size).dollars()

    assert costs.copying_in_parts(objects + 1, size).dollars() >= cost
    assert costs.copying_in_parts(objects, size + larger).dollars() >= cost


@given(st.integers(1, 512), st.floats(0.001, 1))
def test_waiting_costs_and_waiting_for_more_at_a_time_costs_less(in_flight, reply_seconds):
    def dollars(**changed):
        return costs.copying(10**6, 10**10, deployed=Deployed(**changed)).dollars()

    now = dollars(in_flight=in_flight, reply_seconds=reply_seconds)

    assert dollars(in_flight=in_flight + 1, reply_seconds=reply_seconds) <= now
    assert dollars(in_flight=in_flight, reply_seconds=reply_seconds * 2) >= now


def test_a_function_is_bound_by_what_takes_longest():
    fast = Deployed(in_flight=10_000, reply_seconds=0.0, bytes_per_second=1e12)
    cpu_bound = costs.copying(10**6, 0, deployed=fast).gib_seconds
    far = costs.copying(10**6, 0, deployed=Deployed(in_flight=64, reply_seconds=1)).gib_seconds
    narrow = costs.copying(10**6, 10**12, deployed=Deployed(bytes_per_second=1e6)).gib_seconds

    assert cpu_bound == pytest.approx(10**6 * costs.MEASURED.cpu_per_object * 1769 / 1024)
    assert far == pytest.approx(10**6 * 2 / 64)
    assert narrow == pytest.approx(10**6)


def test_a_gib_moved_as_one_object_has_the_transitions_of_one_workflow():
    used = costs.copying_in_parts(1, GIB)

    assert used.transitions == costs.TRANSITIONS_OF_A_LARGE + costs.TRANSITIONS_OF_A_RANGE
    assert used.s3_writes == 64 + costs.MEASURED.s3_writes_per_large


def walked(states, start, choose):
    """Count the states that an execution enters, and its end."""
    name, entered = start, 1
    while True:
        state = states[name]
        entered += 1
        if state["Type"] in {"Succeed", "Fail"} or state.get("End"):
            return entered
        name = choose.get(name, state.get("Default")) if state["Type"] == "Choice" else state["Next"]
        if isinstance(name, list):
            name = name.pop(0)


def machine(name):
    document = yaml.safe_load((MACHINES / f"{name}.asl.yaml").read_text())
    states = document["States"]
    (inner,) = (state["ItemProcessor"] for state in states.values() if state["Type"] == "Map")
    return states, document["StartAt"], inner["States"], inner["StartAt"]


def test_transitions_are_those_of_the_workflow_of_a_large_object():
    states, start, inner, inner_start = machine("large_object")

    assert walked(states, start, {"AnythingToCopy": "CopyRanges"}) == costs.TRANSITIONS_OF_A_LARGE
    assert walked(inner, inner_start, {}) == costs.TRANSITIONS_OF_A_RANGE


def test_transitions_are_those_of_the_workflow_of_a_run():
    states, start, inner, inner_start = machine("run")

    assert walked(states, start, {"AnyShards": ["ScanShards", "Seal"]}) == costs.TRANSITIONS_OF_A_RUN
    assert walked(inner, inner_start, {}) == costs.TRANSITIONS_OF_A_SHARD


def rows_of_a_closed_job(**chosen):
    written = []
    client = SimpleNamespace(transact_write_items=lambda **call: written.extend(call["TransactItems"]))
    table = SimpleNamespace(name="ferry", meta=SimpleNamespace(client=client))
    Ledger(table).close_job("r", "0.0.0", Counts(copied=1), [], datetime.now(UTC), **chosen)
    return len(written)


def test_rows_are_those_that_closing_a_job_writes():
    lag = Lag(change=Distribution.of([1.0]), notification=Distribution.of([1.0]))

    assert rows_of_a_closed_job() == costs.ROWS_OF_A_JOB
    assert rows_of_a_closed_job(lag=lag) == costs.ROWS_OF_AN_EVENT


def test_what_is_deployed_is_what_the_template_says():
    assert cost_model.deployed(cost_model.template()) == costs.DEPLOYED


def test_what_a_dry_run_takes_for_measured_is_about_what_was():
    fed = cost_model.model().measured

    for one in fields(fed):
        assert getattr(costs.MEASURED, one.name) == pytest.approx(getattr(fed, one.name), rel=0.5), one.name
