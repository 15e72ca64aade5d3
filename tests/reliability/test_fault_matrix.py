"""Every kind of request on the copy path meets every fault of its side, once and always.

The destination is exactly right then, or the object is listed, or the run stops, with the right reason.
"""

from collections.abc import Iterator

import pytest

from tests.reliability.cells import Group, all_cells, all_groups
from tests.reliability.matrix import play
from tests.reliability.sides import Clouds, running_clouds


@pytest.fixture(scope="session")
def clouds() -> Iterator[Clouds]:
    with running_clouds() as running:
        yield running


@pytest.mark.parametrize("group", all_groups(), ids=lambda group: group.name)
def test_a_run_that_meets_faults_ends_right_or_with_the_right_reason(group: Group, clouds: Clouds):
    verdicts = play(group, clouds)

    assert {verdict.cell.name: verdict.wrongs for verdict in verdicts if verdict.wrongs} == {}
    assert len(verdicts) == len(group.cells)


def test_every_cell_is_played_once():
    played = [cell.name for group in all_groups() for cell in group.cells]

    assert sorted(played) == sorted(cell.name for cell in all_cells())
    assert len(set(played)) == len(played)
