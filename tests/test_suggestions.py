from pivot.suggestions import suggestion


def test_the_nearest_words():
    assert suggestion("epocs", ["rate", "epochs"], "parameters") == "did you mean epochs?"


def test_several_that_are_near():
    assert suggestion("abc", ["abd", "abe"], "words") in {
        "did you mean abd or abe?",
        "did you mean abe or abd?",
    }


def test_all_words_if_they_are_few():
    assert suggestion("zzz", ["rate", "epochs"], "keys") == "the keys are: rate, epochs"


def test_nothing_if_they_are_many():
    assert suggestion("zzz", map(str, range(100)), "keys") is None


def test_that_there_are_none():
    assert suggestion("zzz", [], "keys") == "there are no keys"
