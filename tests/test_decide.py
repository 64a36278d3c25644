"""Every branch of the decision, and that no difference goes unnoticed or unnamed."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pivot.decide import (
    MayRun,
    Observation,
    OutState,
    Past,
    Reason,
    ReasonKind,
    Restore,
    Run,
    Skip,
    decide,
)
from pivot.store.content import Content
from pivot.store.lock import Lock, Record
from pivot.store.runs import Result

K = ReasonKind

RAW = Content("aaaa", 10)
MODEL = Content("bbbb", 20)
SCORE = Content("cccc", 5)
OTHER = Content("dddd", 7)

BEFORE = Lock(
    stage="train",
    algorithm="xxh64",
    code={"func:pipeline:train": "1", "func:helpers:go": "2"},
    params={"rate": 0.1, "optimizer": {"kind": "adam", "betas": [1, 2]}},
    deps=(Record("data", "data.csv", RAW),),
    outs=(Record("model", "model.pkl", MODEL), Record("score", "score.json", SCORE)),
)
NOW = Observation(
    stage="train",
    algorithm="xxh64",
    code=dict(BEFORE.code),
    params=dict(BEFORE.params),
    deps=BEFORE.deps,
    outs=(OutState("model", "model.pkl", MODEL), OutState("score", "score.json", SCORE)),
)
PAST = Past(BEFORE)


def now(**changes: Any) -> Observation:
    return dataclasses.replace(NOW, **changes)


def outs(model: Content | None = MODEL, score: Content | None = SCORE, **fields: Any) -> Any:
    return (
        OutState("model", "model.pkl", model, **fields),
        OutState("score", "score.json", score, **fields),
    )


# Nothing to do


def test_nothing_changed():
    assert decide(NOW, PAST) == Skip()


def test_the_order_of_everything_does_not_matter():
    observed = now(
        code=dict(reversed(NOW.code.items())),
        params=dict(reversed(NOW.params.items())),
        outs=tuple(reversed(NOW.outs)),
    )
    assert decide(observed, PAST) == Skip()


def test_a_stage_without_outputs_is_skipped():
    lock = dataclasses.replace(BEFORE, outs=())
    assert decide(now(outs=()), Past(lock)) == Skip()


def test_outputs_that_are_there_need_no_cache():
    assert decide(NOW, Past(BEFORE, available=frozenset())) == Skip()


def with_facts(traced: dict[str, str]) -> Past:
    return Past(dataclasses.replace(BEFORE, traced=traced))


# Every kind of difference

DIFFERENCES: dict[ReasonKind, tuple[Observation, Past, Reason]] = {
    K.NEVER_RUN: (NOW, Past(None), Reason(K.NEVER_RUN)),
    K.LOCK_UNREADABLE: (
        NOW,
        Past(None, "it is not JSON"),
        Reason(K.LOCK_UNREADABLE, "it is not JSON"),
    ),
    K.ALGORITHM_CHANGED: (
        now(algorithm="xxh3_128"),
        PAST,
        Reason(K.ALGORITHM_CHANGED, "", "xxh64", "xxh3_128"),
    ),
    K.CODE_ADDED: (
        now(code={**NOW.code, "func:helpers:more": "3"}),
        PAST,
        Reason(K.CODE_ADDED, "func:helpers:more", None, "3"),
    ),
    K.CODE_CHANGED: (
        now(code={**NOW.code, "func:helpers:go": "9"}),
        PAST,
        Reason(K.CODE_CHANGED, "func:helpers:go", "2", "9"),
    ),
    K.CODE_REMOVED: (
        now(code={"func:pipeline:train": "1"}),
        PAST,
        Reason(K.CODE_REMOVED, "func:helpers:go", "2", None),
    ),
    K.CODE_UNKNOWN: (
        now(unknown=("value:helpers:handle",)),
        PAST,
        Reason(K.CODE_UNKNOWN, "value:helpers:handle"),
    ),
    K.PARAM_ADDED: (
        now(params={**NOW.params, "epochs": 3}),
        PAST,
        Reason(K.PARAM_ADDED, "epochs", None, "3"),
    ),
    K.PARAM_CHANGED: (
        now(params={"rate": 0.1, "optimizer": {"kind": "sgd", "betas": [1, 2]}}),
        PAST,
        Reason(K.PARAM_CHANGED, "optimizer.kind", '"adam"', '"sgd"'),
    ),
    K.PARAM_REMOVED: (
        now(params={"optimizer": NOW.params["optimizer"]}),
        PAST,
        Reason(K.PARAM_REMOVED, "rate", "0.1", None),
    ),
    K.DEP_ADDED: (
        now(deps=(*NOW.deps, Record("extra.txt", "extra.txt", OTHER))),
        PAST,
        Reason(K.DEP_ADDED, "extra.txt", None, "dddd 7 bytes"),
    ),
    K.DEP_CHANGED: (
        now(deps=(Record("data", "data.csv", OTHER),)),
        PAST,
        Reason(K.DEP_CHANGED, "data.csv (data)", "aaaa 10 bytes", "dddd 7 bytes"),
    ),
    K.DEP_REMOVED: (
        now(deps=()),
        PAST,
        Reason(K.DEP_REMOVED, "data.csv (data)", "aaaa 10 bytes", None),
    ),
    K.FILE_CHANGED: (
        now(traced={"file:limits.json": "bbbb 20 bytes"}),
        with_facts({"file:limits.json": "aaaa 10 bytes"}),
        Reason(K.FILE_CHANGED, "limits.json", "aaaa 10 bytes", "bbbb 20 bytes"),
    ),
    K.LISTING_CHANGED: (
        now(traced={"list:plugins": "2"}),
        with_facts({"list:plugins": "1"}),
        Reason(K.LISTING_CHANGED, "plugins", "1", "2"),
    ),
    K.PRESENCE_CHANGED: (
        now(traced={"look:flag": "file"}),
        with_facts({"look:flag": "absent"}),
        Reason(K.PRESENCE_CHANGED, "flag", "absent", "file"),
    ),
    K.VARIABLE_CHANGED: (
        now(traced={"env:LEVEL": "1"}),
        with_facts({"env:LEVEL": "unset"}),
        Reason(K.VARIABLE_CHANGED, "LEVEL", "unset", "1"),
    ),
    K.IMPORT_CHANGED: (
        now(traced={"import:fast": "fast.py"}),
        with_facts({"import:fast": "absent"}),
        Reason(K.IMPORT_CHANGED, "fast", "absent", "fast.py"),
    ),
    K.OUT_ADDED: (
        now(outs=(*NOW.outs, OutState("plot", "plot.png", None))),
        PAST,
        Reason(K.OUT_ADDED, "plot.png"),
    ),
    K.OUT_REMOVED: (now(outs=NOW.outs[:1]), PAST, Reason(K.OUT_REMOVED, "score.json")),
    K.OUT_MISSING: (
        now(outs=outs(model=None)),
        PAST,
        Reason(K.OUT_MISSING, "model.pkl", "bbbb", None),
    ),
    K.OUT_CHANGED: (
        now(outs=outs(model=OTHER)),
        PAST,
        Reason(K.OUT_CHANGED, "model.pkl", "bbbb", "dddd"),
    ),
}


@pytest.mark.parametrize("kind", DIFFERENCES)
def test_a_difference_is_a_reason_to_run(kind):
    observed, past, reason = DIFFERENCES[kind]
    assert decide(observed, past) == Run((reason,))


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ({"ran:p.py:f": "1"}, {"ran:p.py:f": "2"}, Reason(K.CODE_CHANGED, "ran:p.py:f", "1", "2")),
        ({"ran:p.py:f": "1"}, {}, Reason(K.CODE_REMOVED, "ran:p.py:f", "1", None)),
        ({}, {"const:p:K": "1"}, Reason(K.CODE_ADDED, "const:p:K", None, "1")),
    ],
)
def test_code_that_only_running_showed_is_code(before, after, reason):
    assert decide(now(traced=after), with_facts(before)) == Run((reason,))


def test_facts_that_are_the_same_are_no_reason():
    facts = {"file:limits.json": "aaaa 10 bytes", "ran:p.py:f": "1"}
    assert decide(now(traced=facts), with_facts(facts)) == Skip()


def test_what_is_restored_keeps_the_facts_that_it_came_from():
    facts = {"file:limits.json": "aaaa 10 bytes"}
    past = dataclasses.replace(with_facts(facts), available=frozenset({MODEL}))
    found = decide(now(traced=facts, outs=outs(model=None)), past)
    assert isinstance(found, Restore)
    assert found.traced == facts


def test_every_kind_is_in_the_table():
    elsewhere = {K.FORCED, K.UPSTREAM}
    assert set(DIFFERENCES) | elsewhere == set(ReasonKind)


def test_force_runs_whatever_there_is():
    past = Past(BEFORE, recalled=Result(BEFORE.outs), available=frozenset({MODEL, SCORE}))
    assert decide(NOW, past, force=True) == Run((Reason(K.FORCED),))


def test_what_must_run_first_is_the_reason_of_a_stage_that_may_run():
    assert MayRun(("clean", "split")).reasons == (
        Reason(K.UPSTREAM, "clean"),
        Reason(K.UPSTREAM, "split"),
    )


@pytest.mark.parametrize("kind", ReasonKind)
def test_every_kind_has_words(kind):
    assert Reason(kind).summary
    assert str(Reason(kind)) == Reason(kind).summary
    assert str(Reason(kind, "name")) == f"{Reason(kind).summary}: name"


def test_no_two_kinds_have_the_same_words():
    assert len({Reason(kind).summary for kind in ReasonKind}) == len(ReasonKind)


def test_all_differences_are_reasons_at_once():
    observed = now(
        code={"func:pipeline:train": "9", "func:new:one": "1"},
        params={"rate": 0.2, "epochs": 1},
        deps=(Record("other", "other.csv", OTHER),),
        outs=(OutState("model", "model2.pkl", None),),
    )
    decision = decide(observed, PAST)
    assert [reason.kind for reason in decision.reasons] == [
        K.CODE_REMOVED, K.CODE_ADDED, K.CODE_CHANGED,
        K.PARAM_ADDED, K.PARAM_REMOVED, K.PARAM_REMOVED, K.PARAM_CHANGED,
        K.DEP_REMOVED, K.DEP_ADDED,
        K.OUT_ADDED, K.OUT_REMOVED, K.OUT_REMOVED,
    ]  # fmt: skip


def test_with_another_algorithm_hashes_are_not_compared():
    observed = now(algorithm="xxh3_128", deps=(Record("data", "data.csv", OTHER),))
    assert [reason.kind for reason in decide(observed, PAST).reasons] == [K.ALGORITHM_CHANGED]


def test_an_unreadable_lock_is_not_compared():
    decision = decide(now(code={}), Past(None, "conflict markers"))
    assert [reason.kind for reason in decision.reasons] == [K.LOCK_UNREADABLE]


# What looks alike and isn't


@pytest.mark.parametrize(
    "content",
    [
        Content("aaaa", 11),
        Content("aaaa", 10, executable=True),
        Content("aaaa", 10, directory=True),
        Content("aaaa", 10, executable=True, directory=True),
    ],
)
def test_size_mode_and_kind_of_an_input_count(content):
    decision = decide(now(deps=(Record("data", "data.csv", content),)), PAST)
    assert [reason.kind for reason in decision.reasons] == [K.DEP_CHANGED]


@pytest.mark.parametrize("content", [Content("bbbb", 21), Content("bbbb", 20, executable=True)])
def test_size_and_mode_of_an_output_count(content):
    decision = decide(now(outs=outs(model=content)), PAST)
    assert [reason.kind for reason in decision.reasons] == [K.OUT_CHANGED]


def test_a_dep_that_is_called_otherwise_is_another():
    decision = decide(now(deps=(Record("table", "data.csv", RAW),)), PAST)
    assert [reason.kind for reason in decision.reasons] == [K.DEP_REMOVED, K.DEP_ADDED]


def test_one_file_under_two_names_is_two_deps():
    twice = (Record("data", "data.csv", RAW), Record("again", "data.csv", RAW))
    assert decide(now(deps=twice), PAST).reasons == (
        Reason(K.DEP_ADDED, "data.csv (again)", None, "aaaa 10 bytes"),
    )


def test_two_deps_never_have_one_name():
    one = (Record("b)", "a (", RAW), Record("x", "y (z)", RAW), Record("y (z) (x)", "q", RAW))
    decision = decide(now(deps=one), Past(dataclasses.replace(BEFORE, deps=())))
    assert len({reason.name for reason in decision.reasons}) == 3


def test_an_output_that_is_called_otherwise_is_another():
    observed = now(outs=(OutState("weights", "model.pkl", MODEL), NOW.outs[1]))
    assert [reason.kind for reason in decide(observed, PAST).reasons] == [
        K.OUT_ADDED,
        K.OUT_REMOVED,
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1}, {"a": "1"}),
        ({"a": 1}, {"a": True}),
        ({"a": 1}, {"a": 1.0}),
        ({"a": None}, {}),
        ({"a": {}}, {}),
        ({"a": {}}, {"a": []}),
        ({"a.b": 1}, {"a": {"b": 1}}),
        ({"a": {"b.c": 1}}, {"a": {"b": {"c": 1}}}),
        ({"": 1}, {'""': 1}),
        ({"": {"": 1}}, {".": 1}),
        ({'"a.b"': 1}, {"a.b": 1}),
        ({"a": [1, 2]}, {"a": [2, 1]}),
        ({"a": [{"b": 1}]}, {"a": {"b": 1}}),
        ({"a": 0.0}, {"a": -0.0}),
    ],
)
def test_parameters_that_differ_are_told_apart(one, other):
    decision = decide(now(params=one), Past(dataclasses.replace(BEFORE, params=other)))
    assert isinstance(decision, Run)
    assert {reason.kind for reason in decision.reasons} <= {
        K.PARAM_ADDED,
        K.PARAM_CHANGED,
        K.PARAM_REMOVED,
    }


def test_the_order_within_a_parameter_does_not_matter():
    one = {"a": [{"x": 1, "y": 2}], "b": {"x": 1, "y": 2}}
    other = {"b": {"y": 2, "x": 1}, "a": [{"y": 2, "x": 1}]}
    assert decide(now(params=one), Past(dataclasses.replace(BEFORE, params=other))) == Skip()


# Code that can't be determined


def test_an_unknown_symbol_is_one_reason_whatever_its_hash():
    for code in ({**NOW.code, "value:x": "7"}, NOW.code):
        for before in ({**BEFORE.code, "value:x": "8"}, BEFORE.code):
            past = Past(dataclasses.replace(BEFORE, code=before))
            assert decide(now(code=code, unknown=("value:x",)), past) == Run(
                (Reason(K.CODE_UNKNOWN, "value:x"),)
            )


@pytest.mark.parametrize("past", [PAST, Past(None), Past(None, "broken")])
def test_unknown_code_is_never_recalled(past):
    past = dataclasses.replace(
        past, recalled=Result(BEFORE.outs), available=frozenset({MODEL, SCORE})
    )
    assert isinstance(decide(now(unknown=("value:x",)), past), Run)


# Restoring what is gone


def test_a_deleted_output_comes_from_the_cache():
    decision = decide(now(outs=outs(model=None)), Past(BEFORE, available=frozenset({MODEL})))
    assert decision == Restore((Reason(K.OUT_MISSING, "model.pkl", "bbbb", None),), BEFORE.outs)


def test_an_edited_output_comes_from_the_cache():
    decision = decide(now(outs=outs(score=OTHER)), Past(BEFORE, available=frozenset({SCORE})))
    reason = Reason(K.OUT_CHANGED, "score.json", "cccc", "dddd")
    assert decision == Restore((reason,), BEFORE.outs)


def test_all_outputs_come_from_the_cache():
    past = Past(BEFORE, available=frozenset({MODEL, SCORE}))
    decision = decide(now(outs=outs(None, None)), past)
    assert isinstance(decision, Restore)
    assert [reason.name for reason in decision.reasons] == ["model.pkl", "score.json"]


def test_one_output_that_the_cache_does_not_hold_is_enough_to_run():
    past = Past(BEFORE, available=frozenset({MODEL}))
    decision = decide(now(outs=outs(None, None)), past)
    assert isinstance(decision, Run)
    assert [reason.name for reason in decision.reasons] == ["model.pkl", "score.json"]


def test_a_blob_of_another_size_does_not_count():
    past = Past(BEFORE, available=frozenset({dataclasses.replace(MODEL, size=3)}))
    assert isinstance(decide(now(outs=outs(model=None)), past), Run)


def test_an_output_that_is_not_for_the_cache_is_made_again():
    past = Past(BEFORE, available=frozenset({MODEL}))
    assert isinstance(decide(now(outs=outs(model=None, cache=False)), past), Run)


# Going back to what was


CHANGED = now(code={**NOW.code, "func:helpers:go": "earlier"})
CODE_CHANGED = Reason(K.CODE_CHANGED, "func:helpers:go", "2", "earlier")
EARLIER = (Record("model", "model.pkl", OTHER), Record("score", "score.json", SCORE))


def test_what_an_earlier_run_made_is_recalled():
    past = Past(BEFORE, recalled=Result(EARLIER), available=frozenset({OTHER}))
    assert decide(CHANGED, past) == Restore((CODE_CHANGED,), EARLIER)


def test_what_was_recalled_may_be_there_already():
    past = Past(BEFORE, recalled=Result(BEFORE.outs))
    assert decide(CHANGED, past) == Restore((CODE_CHANGED,), BEFORE.outs)


@pytest.mark.parametrize("available", [frozenset(), frozenset({SCORE}), frozenset({MODEL, SCORE})])
def test_what_the_cache_no_longer_holds_is_not_recalled(available):
    past = Past(BEFORE, recalled=Result(EARLIER), available=available)
    assert decide(CHANGED, past) == Run((CODE_CHANGED,))


def test_a_stage_that_never_ran_here_is_recalled():
    past = Past(None, recalled=Result(EARLIER), available=frozenset({OTHER, SCORE}))
    decision = decide(now(outs=outs(None, None)), past)
    assert decision == Restore((Reason(K.NEVER_RUN),), EARLIER)


def test_a_broken_lock_is_mended_from_what_is_recalled():
    past = Past(None, "broken", recalled=Result(BEFORE.outs))
    assert decide(NOW, past) == Restore((Reason(K.LOCK_UNREADABLE, "broken"),), BEFORE.outs)


def test_the_lock_goes_before_what_is_recalled():
    past = Past(BEFORE, recalled=Result(EARLIER), available=frozenset({OTHER, MODEL}))
    decision = decide(now(outs=outs(model=None)), past)
    assert isinstance(decision, Restore)
    assert decision.outs == BEFORE.outs


def test_an_output_that_is_not_for_the_cache_is_not_recalled():
    past = Past(BEFORE, recalled=Result(EARLIER), available=frozenset({OTHER}))
    changed = dataclasses.replace(CHANGED, outs=outs(cache=False))
    assert decide(changed, past) == Run((CODE_CHANGED,))


def test_a_stage_without_outputs_may_be_recalled():
    lock = dataclasses.replace(BEFORE, outs=())
    changed = dataclasses.replace(CHANGED, outs=())
    assert decide(changed, Past(lock, recalled=Result(()))) == Restore((CODE_CHANGED,), ())


# For any stage

names = st.text("ab.( )\"'/", min_size=1, max_size=4)
contents = st.builds(
    Content, st.sampled_from(["aa", "bb", "cc"]), st.integers(0, 3), st.booleans(), st.booleans()
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.floats(allow_nan=False) | names,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=2),
    max_leaves=5,
)
codes = st.dictionaries(names, st.sampled_from(["1", "2"]), max_size=3)
params = st.dictionaries(names, json_values, max_size=3)
records = st.lists(
    st.builds(Record, names, names, contents), max_size=3, unique_by=lambda r: (r.name, r.path)
).map(tuple)
outputs = st.lists(
    st.builds(Record, names, names, contents), max_size=3, unique_by=lambda r: r.name
).map(tuple)


@st.composite
def locks(draw: st.DrawFn) -> Lock:
    return Lock("s", "xxh64", draw(codes), draw(params), draw(records), draw(outputs))


def as_it_was(lock: Lock) -> Observation:
    """Observe a stage of which nothing has changed."""
    states = tuple(OutState(out.name, out.path, out.content) for out in lock.outs)
    return Observation(lock.stage, lock.algorithm, lock.code, lock.params, lock.deps, states)


@given(locks(), st.frozensets(contents, max_size=3))
def test_if_all_is_as_it_was_nothing_runs(lock, available):
    assert decide(as_it_was(lock), Past(lock, available=available)) == Skip()


def normal(value: Any) -> Any:
    """Give something that is equal exactly when JSON values are, types included."""
    match value:
        case dict():
            return ("dict", frozenset((key, normal(item)) for key, item in value.items()))
        case list():
            return ("list", tuple(normal(item) for item in value))
    return (type(value).__name__, repr(value))


@given(locks(), codes)
def test_any_difference_of_code_is_named(lock, code):
    assume(code != lock.code)
    decision = decide(dataclasses.replace(as_it_was(lock), code=code), Past(lock))
    assert isinstance(decision, Run)
    different = {k for k in code.keys() | lock.code.keys() if code.get(k) != lock.code.get(k)}
    assert {reason.name for reason in decision.reasons} == different
    assert all(reason.kind.startswith("code_") for reason in decision.reasons)


@given(locks(), params)
def test_any_difference_of_parameters_is_named(lock, changed):
    assume(normal(changed) != normal(lock.params))
    decision = decide(dataclasses.replace(as_it_was(lock), params=changed), Past(lock))
    assert isinstance(decision, Run)
    assert decision.reasons
    assert all(reason.kind.startswith("param_") for reason in decision.reasons)


@given(locks(), records)
def test_any_difference_of_inputs_is_named(lock, deps):
    assume(set(deps) != set(lock.deps))
    decision = decide(dataclasses.replace(as_it_was(lock), deps=deps), Past(lock))
    assert isinstance(decision, Run)
    assert len(decision.reasons) >= 1
    assert all(reason.kind.startswith("dep_") for reason in decision.reasons)


@given(locks(), st.data(), st.frozensets(contents, max_size=6), st.booleans())
def test_outputs_come_from_the_cache_only_if_it_holds_them_all(lock, data, available, cache):
    assume(lock.outs)
    found = [data.draw(st.none() | contents) for _ in lock.outs]
    states = tuple(
        OutState(out.name, out.path, content, cache)
        for out, content in zip(lock.outs, found, strict=True)
    )
    decision = decide(
        dataclasses.replace(as_it_was(lock), outs=states), Past(lock, available=available)
    )
    wrong = {out.content for out, content in zip(lock.outs, found, strict=True)
             if out.content != content}  # fmt: skip
    if not wrong:
        assert decision == Skip()
    elif cache and wrong <= available:
        assert isinstance(decision, Restore)
    else:
        assert isinstance(decision, Run)
    assert len(decision.reasons) == sum(
        out.content != content for out, content in zip(lock.outs, found, strict=True)
    )
