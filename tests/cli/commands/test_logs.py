def test_a_log_is_what_the_stage_printed(invoke, scaling):
    assert scaling.run(executor="loky") == {"scale": "ran", "total": "ran"}
    assert invoke("logs", "scale").out == "scaling 3\n"
    assert invoke("logs", "scaled.json").out == "scaling 3\n"


def test_a_stage_that_printed_nothing_says_so(invoke, scaling):
    scaling.run(executor="loky")
    result = invoke("logs", "total")
    assert (result.status, result.out) == (0, "")
    assert result.err == "total printed nothing when it last ran\n"


def test_a_stage_that_never_ran_has_no_log(invoke, scaling):
    result = invoke("logs", "scale")
    assert result.status == 2
    assert result.err.startswith("error: there is no log of 'scale'")


def test_several_stages_are_too_many(invoke, scaling):
    result = invoke("logs", "*")
    assert result.status == 2
    assert result.err.startswith("error: '*' means 2 stages: ")
