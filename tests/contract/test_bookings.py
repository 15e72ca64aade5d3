from ferry.pacing.share import Booked
from ferry.tasks.bookings import TableBookings

LATER = 1_800_000_000.25


def test_the_first_booking_makes_the_record(table):
    bookings = TableBookings(table, "photos")

    assert bookings.read() == Booked()
    assert bookings.change(Booked(), Booked(LATER, 0.0)) is None
    assert bookings.read() == Booked(LATER, 0.0)


def test_a_booking_on_what_is_not_true_any_more_is_told_what_is(table):
    first, second = TableBookings(table, "photos"), TableBookings(table, "photos")
    first.change(Booked(), Booked(LATER, 3.5))

    assert second.change(Booked(), Booked(1.0, 1.0)) == Booked(LATER, 3.5)
    assert second.change(Booked(LATER, 3.5), Booked(LATER + 1, 4.0)) is None
    assert first.read() == Booked(LATER + 1, 4.0)


def test_what_was_written_is_recognised_to_the_last_digit(table):
    bookings = TableBookings(table, "photos")
    odd = Booked(LATER + 1 / 3, LATER + 2 / 7)
    bookings.change(Booked(), odd)

    assert bookings.change(odd, Booked(LATER + 5, LATER + 5)) is None


def test_tasks_have_records_of_their_own(table):
    TableBookings(table, "photos").change(Booked(), Booked(LATER, LATER))

    assert TableBookings(table, "videos").read() == Booked()
