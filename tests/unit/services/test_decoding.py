import ast
import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import domain.areas  # noqa: F401
from domain.body import OpenBody
from domain.stream import COMMANDS
from domain.values import LocalizedText
from services.decoding import DEPTH_MAX, Circumstances, convert, decode_circumstances, decode_command, parse_json
from services.refusals import FieldsInvalidError, NotJsonError
from services.wordings import is_worded, located

DOMAIN = Path(__file__).parents[3] / "domain"
VALUES = [*(DOMAIN / "values").glob("*.py"), DOMAIN / "committee" / "terms.py"]
# Raised only where our own code makes a value, never by what a request holds.
OURS = {"a year has quarters", "a day needs its month", "is not an amount of money", "is finer than a cent"}
OURS |= {"there cannot be", "an end of a sum", "a sum goes upwards", "wording exists for", "open it with its key"}

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text("aé ½", max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abé", max_size=4), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_json_comes_through_as_it_is(value: Any) -> None:
    assert parse_json(json.dumps(value).encode()) == value


@given(st.binary(max_size=60))
def test_any_bytes_are_understood_or_refused(body: bytes) -> None:
    with contextlib.suppress(NotJsonError):
        parse_json(body)


@given(values, st.sampled_from(sorted(COMMANDS)))
def test_any_value_is_a_command_or_refused_with_a_path(value: Any, name: str) -> None:
    with pytest.raises(FieldsInvalidError) as refusal:
        decode_command(COMMANDS[name].command, value)

    assert refusal.value.errors[0].path.startswith("$.data")


@given(values)
def test_any_value_is_circumstances_or_refused(value: Any) -> None:
    with contextlib.suppress(FieldsInvalidError):
        decode_circumstances(value)


def test_texts_are_composed() -> None:
    assert parse_json('{"fr": "e\u0301te\\u0301"}'.encode()) == {"fr": "été"}


def test_numbers_are_exact() -> None:
    assert str(parse_json(b"0.1000000000000000000001")) == "0.1000000000000000000001"


def test_a_repeated_member_is_located() -> None:
    with pytest.raises(NotJsonError) as refusal:
        parse_json(b'{"a": [{"b": 1, "c": 2, "b": 3}]}')

    assert refusal.value.errors[0].path == "$.a[0].b"


def test_depth_is_bounded() -> None:
    assert parse_json(b"[" * DEPTH_MAX + b"]" * DEPTH_MAX)
    with pytest.raises(NotJsonError):
        parse_json(b"[" * (DEPTH_MAX + 2) + b"]" * (DEPTH_MAX + 2))


def test_only_free_text_has_several_lines() -> None:
    assert parse_json(b'{"note": {"text": "a\\nb"}}') == {"note": {"text": "a\nb"}}
    with pytest.raises(NotJsonError):
        parse_json(b'{"number": "a\\n"}')


@pytest.mark.parametrize(
    ("change", "code"),
    [({"time_zone": "Mars/Olympus"}, "time_zone_unknown"), ({"slug": "commons"}, "slug_reserved")],
)
def test_what_the_types_allow_and_the_register_does_not(change: dict[str, str], code: str) -> None:
    data = {
        "body_id": "018f3a5e-7c1b-7d2a-9b1c-3f5a7e9b1c3f",
        "kind": "lip",
        "name": {"fr": "X", "source": "fr"},
        "slug": "x",
        "province": "ON",
        "time_zone": "America/Toronto",
        "default_language": "fr",
    }
    assert decode_command(OpenBody, data).slug == "x"

    with pytest.raises(FieldsInvalidError) as refusal:
        decode_command(OpenBody, data | change)

    assert [error.code for error in refusal.value.errors] == [code]


def test_free_text_comes_open() -> None:
    data = {
        "body_id": "018f3a5e-7c1b-7d2a-9b1c-3f5a7e9b1c3f",
        "phase": "active",
        "note": {"subject": "018f3a5e-7c1b-7d2a-9b1c-3f5a7e9b1c3f", "erased": True},
    }
    with pytest.raises(FieldsInvalidError) as refusal:
        decode_command(COMMANDS["EnterPhase"].command, data)

    assert [(error.path, error.code) for error in refusal.value.errors] == [("$.data.note", "text_not_open")]


def test_paths_lead_to_the_place() -> None:
    with pytest.raises(FieldsInvalidError) as refusal:
        convert({"data": {}, "source": {"title": {"fr": 1, "source": "fr"}}}, Circumstances, "$")

    assert refusal.value.errors[0].path == "$.source.title.fr"


def test_every_sentence_of_the_value_types_is_worded_in_both_languages() -> None:
    missing = [sentence for sentence in _sentences() if not is_worded(sentence)]

    assert missing == []


def test_a_sentence_nobody_foresaw_is_still_an_answer() -> None:
    answer = located("something new", "$.data")

    assert (answer.code, answer.path) == ("invalid", "$.data")
    assert "something new" in answer.en


def _sentences() -> list[str]:
    """What the value types may say, with an example in each placeholder."""
    found = []
    for path in VALUES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)):
                continue
            if isinstance(node.exc.func, ast.Name) and node.exc.func.id == "ValueError":
                sentence = _sentence(node.exc.args[0])
                if not any(part in sentence for part in OURS):
                    found.append(sentence)
    assert len(found) > 25
    return found


def _sentence(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    assert isinstance(node, ast.JoinedStr)
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else "'x'" if _quoted(part) else "7"
        for part in node.values
    )


def _quoted(part: ast.expr) -> bool:
    return isinstance(part, ast.FormattedValue) and part.conversion == ord("r")


def test_no_pattern_is_so_wide_that_it_hides_another() -> None:
    assert located("Expected `str` of length <= 80", "$").code == "length"
    assert located("Expected `int` >= 1", "$").code == "range"
    assert located("Expected `object`, got `int`", "$").code == "type"
    assert located("'2020-13' is no date of the calendar: month must be in 1..12", "$").code == "partial_date"


def test_a_text_type_that_is_not_a_request_stays_strict() -> None:
    with pytest.raises(FieldsInvalidError):
        convert({"fr": "x", "source": "de"}, LocalizedText, "$")
