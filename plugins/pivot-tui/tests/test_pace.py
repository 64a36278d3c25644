from pivot_tui.pace import Pace


class Times:
    now = used = 0.0

    def pace(self):
        return Pace(lambda: self.now, lambda: self.used)


def test_the_first_picture_may_be_drawn():
    assert Times().pace().allows()


def test_who_draws_quickly_draws_each_time():
    times = Times()
    pace = times.pace()
    for _ in range(5):
        assert pace.allows()
        times.now += 0.1
        times.used += 0.005


def test_who_draws_slowly_waits_until_it_was_a_small_part_of_the_time():
    times = Times()
    pace = times.pace()
    pace.allows()
    times.used += 0.05
    answers = []
    for _ in range(6):
        times.now += 0.1
        answers.append(pace.allows())
    assert answers == [False, False, False, False, True, True]


def test_no_picture_is_put_off_for_long():
    times = Times()
    pace = times.pace()
    pace.allows()
    times.used += 60.0
    times.now += 1.0
    assert pace.allows()
