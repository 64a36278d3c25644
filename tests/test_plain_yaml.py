"""What a document in YAML may stand for."""

import pytest
import yaml

from pivot.plain_yaml import DEEPEST, MOST, ExtentError, plain_value


def value(text):
    return plain_value(text, yaml.SafeLoader)


def bomb(last, each):
    lines = ["a0: &a0 {x: 1, y: 2}" if "<<" in each else "a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} {each.format(', '.join([f'*a{n - 1}'] * 10))}" for n in range(1, last)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", None),
        ("3", 3),
        ("a: &x [1, {b: 2}]\nc: *x", {"a": [1, {"b": 2}], "c": [1, {"b": 2}]}),
        ("a: &x {b: 1}\nc: {<<: *x, d: 2}", {"a": {"b": 1}, "c": {"b": 1, "d": 2}}),
        ("a: &x {<<: *x, b: 1}", {"a": {"b": 1}}),
    ],
)
def test_what_people_write_is_what_it_says(text, meant):
    assert value(text) == meant


@pytest.mark.parametrize("each", ["[{}]", "{{<<: [{}]}}"])
def test_aliases_that_stand_for_more_than_memory_holds_are_refused(each):
    with pytest.raises(ExtentError, match="more than 1,000,000 values") as caught:
        value(bomb(30, each))
    assert caught.value.line in {6, 7}
    assert value(bomb(4, each))


def test_what_is_written_out_may_be_as_much_as_it_is():
    count = MOST // 50
    text = f"[{', '.join(['[1, 1, 1]'] * count)}]"
    assert len(value(text)) == count


@pytest.mark.parametrize(
    "text", ["&a [*a]", "&a {x: [*a]}", "&a {<<: {x: *a}, y: 1}", "? &a [*a]\n: 1"]
)
def test_what_contains_itself_is_refused(text):
    with pytest.raises((ExtentError, yaml.YAMLError), match=r"contains itself|undefined alias"):
        value(text)


@pytest.mark.parametrize("kind", ["[{}]", "{{x: {}}}"])
def test_what_is_nested_deeply_is_refused_however_it_is_written(kind):
    written = "1"
    for _ in range(DEEPEST + 1):
        written = kind.format(written)
    lines = ["a0: &a0 1", *(f"a{n}: &a{n} {kind.format(f'*a{n - 1}')}" for n in range(1, 2000))]
    for text in (written, "\n".join(lines)):
        with pytest.raises(ExtentError, match="nested too deeply"):
            value(text)


@pytest.mark.parametrize(
    "number", ["0x" + "f" * 2000, "1:" + "59:" * 500 + "1", "!!int '" + "7" * 2000 + "'"]
)
def test_a_number_that_no_text_can_be_made_of_is_refused(number):
    with pytest.raises(ExtentError, match="too long"):
        value(f"a: {number}")
