import io

import pytest
from rich.console import Console

from cli.progress import Meter, Snapshot, live
from tests.support.clock import FakeClock

MIB = 1024**2


def lines(meter: Meter, snapshot: Snapshot) -> list[str]:
    """What a wide terminal would show."""
    console = Console(file=io.StringIO(), width=140, record=True, force_terminal=True)
    console.print(meter.render(snapshot))
    return console.export_text().splitlines()


def test_a_copy_under_way_shows_objects_bytes_rate_and_time_left():
    clock = FakeClock()
    meter = Meter(lambda: clock.now)
    listed = Snapshot("Copying", total_objects=100, total_size=100 * MIB, is_total_final=True, looked_at=150)
    meter.render(listed)
    clock.now += 5
    halfway = Snapshot("Copying", 50, 100, 50 * MIB, 100 * MIB, is_total_final=True, looked_at=150)

    bar, facts = lines(meter, halfway)

    assert bar.startswith("Copying ")
    assert bar.endswith("50%")
    assert facts == "150 looked at · 50 of 100 objects · 50.0 MiB of 100.0 MiB · 10.0 MiB/s · 0:05 left"


def test_while_listing_no_time_is_promised():
    clock = FakeClock()
    meter = Meter(lambda: clock.now)
    meter.render(Snapshot("Copying"))
    clock.now += 1

    _, facts = lines(meter, Snapshot("Copying", 1, 7, 5, 70, looked_at=9, failed=1))

    assert facts == "9 looked at · 1 of 7+ objects · 5 B of 70 B · 5 B/s · still listing · 1 failed"


def test_the_rate_is_that_of_the_last_seconds():
    clock = FakeClock()
    meter = Meter(lambda: clock.now)
    sizes = [0] * 20 + [second * MIB for second in range(1, 12)]
    for size in sizes[:-1]:
        meter.render(Snapshot("Copying", size=size, total_size=2**40, total_objects=1))
        clock.now += 1

    _, facts = lines(meter, Snapshot("Copying", size=sizes[-1], total_size=2**40, total_objects=1))

    assert "1.0 MiB/s" in facts


@pytest.mark.parametrize(
    ("objects", "size", "left"),
    [(10, 100, "done"), (9, 100, "finishing"), (0, 0, "–:–– left")],
)
def test_the_time_left_ends_in_words(objects, size, left):
    meter = Meter(lambda: 0.0)

    _, facts = lines(meter, Snapshot("Copying", objects, 10, size, 100, is_total_final=True))

    assert facts.endswith(left)


def test_the_time_left_has_hours():
    clock = FakeClock()
    meter = Meter(lambda: clock.now)
    meter.render(Snapshot("Copying", total_objects=9, total_size=7260, is_total_final=True))
    clock.now += 1

    _, facts = lines(meter, Snapshot("Copying", 0, 9, 1, 7266, is_total_final=True))

    assert facts.endswith("2:01:05 left")


@pytest.mark.parametrize(("is_final", "share"), [(True, "100%"), (False, "0%")])
def test_nothing_to_copy_is_complete_once_all_is_listed(is_final, share):
    bar, _ = lines(Meter(lambda: 0.0), Snapshot("Copying", is_total_final=is_final, looked_at=3))

    assert bar.endswith(f" {share}")


def test_a_log_file_gets_no_live_display():
    written = io.StringIO()

    with live(Console(file=written), lambda: pytest.fail("rendered")):
        pass

    assert written.getvalue() == ""


def test_a_terminal_is_left_clean():
    console = Console(file=io.StringIO(), width=80, force_terminal=True, record=True)

    with live(console, lambda: "moving"):
        pass

    assert "moving" in console.export_text()
