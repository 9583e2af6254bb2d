"""What was released loads for ever."""

import shutil
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from domain import event as event_module
from domain.event import EVENTS, Event, Released, UnknownEventError, decode, upcast, upcaster
from domain.plan.events import PlanRetitled
from domain.stream import stream_of
from domain.values import Period
from tests.golden.examples import EXAMPLES
from tests.golden.files import INDEX, GoldenError, Kept, add_missing, fold_all, load, of_the_product

GOLDEN = Path(__file__).parents[2] / "golden" / "events"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOLDEN, tmp_path / "events"))


def test_every_released_event_loads_folds_and_is_written_as_before() -> None:
    contents = load(GOLDEN)
    folded = fold_all(contents)

    assert {kind: loaded.version for kind, loaded in folded.items()} == Counter(
        kept.stream for kept, _ in contents
    )
    assert set(folded) >= {stream_of(name).name for name in of_the_product()}


def test_every_stream_ends_in_the_state_that_its_files_tell() -> None:
    folded = {kind: loaded.state for kind, loaded in fold_all(load(GOLDEN)).items()}

    assert folded["registry"].slugs == ("maple-valley", "vallee-aux-erables")
    assert folded["body"].name.value.en == "Maple Valley Local Immigration Partnership"
    assert folded["body"].phase.value == "active"
    assert (folded["plan"].revision, folded["plan"].published, folded["plan"].closed) == (1, {1}, True)
    assert folded["agreement"].amount.value.raw == "1,5 à 1,6 M$"
    assert folded["agreement"].terminated
    assert folded["provider"].ended
    assert [value.raw for _, value in folded["target"].values] == ["65 %"]
    assert folded["target"].indicator.value.version == 1
    assert folded["indicator"].direction.value == "unstated"
    assert folded["indicator"].retired
    assert folded["requirement"].exempt == ((Period.fiscal_year(2025), "exceptional_event"),)
    assert folded["requirement"].ended_on == date(2027, 4, 1)
    assert (folded["alignment"].canonical.version, folded["alignment"].grade) == (2, None)
    assert folded["submission"].stage == "submitted"
    assert (folded["submission"].value.number, folded["submission"].published.number) == (39, 41)
    assert folded["published_aggregate"].figure.value.value.raw == "au moins 7"
    assert folded["published_aggregate"].withdrawn
    assert folded["access_grant"].in_force
    assert folded["access_grant"].agreement_id is None
    assert folded["audit_mandate"].ends_on.value == date(2025, 3, 31)
    assert folded["audit_mandate"].closed
    number, terms = folded["committee"].terms_on(date(2024, 6, 12))
    assert (number, terms.quorum.required(13), terms.cadence.meetings_max) == (1, 7, 5)
    assert folded["organisation"].name.value.en == "Maple Valley Library"
    assert (folded["organisation"].listed, folded["organisation"].merged_on) == (False, date(2020, 4, 1))
    seat = folded["seat"]
    assert seat.holder_on(date(2025, 11, 29)).represents.name.en == "Maple Valley Library"
    assert seat.holder_on(date(2025, 11, 30)) is None
    assert seat.abolished_on == date(2026, 1, 31)
    assert folded["committee"].dissolved_on == date(2026, 6, 30)
    assert [version.erased for version in folded["document"].versions] == [True, False]
    assert folded["document"].withdrawn
    assert folded["activity"].facts.value.held_on == date(2024, 5, 14)
    assert folded["activity"].withdrawn
    decision = folded["decision"]
    assert (decision.year, decision.number, decision.method, decision.published) == (2024, 7, "vote", True)
    assert decision.standing_on(date(2025, 3, 31)) == "in_force"
    assert decision.standing_on(date(2025, 4, 1)) == "superseded"
    (motion,) = folded["meeting"].motions.values()
    assert (motion.decided.carried, motion.decided.quorum.required, motion.decided.majority.required) == (
        True,
        1,
        2,
    )
    assert (folded["meeting"].closed, folded["meeting"].minutes, folded["meeting"].minutes_adopted) == (
        "held",
        2,
        True,
    )


def test_each_event_of_this_program_has_one_example() -> None:
    assert sorted(example.payload.TYPE for example in EXAMPLES) == sorted(of_the_product())


def test_a_missing_file_is_noticed(copied: Path) -> None:
    (copied / "plan.Drafted.v1.json").unlink()

    with pytest.raises(GoldenError, match=r"missing from the folder: plan\.Drafted\.v1\.json"):
        load(copied)


def test_a_file_that_was_never_kept_is_noticed(copied: Path) -> None:
    (copied / "plan.Drafted.v1.json").unlink()
    index = msgspec.json.decode((copied / INDEX).read_bytes())
    kept = [line for line in index if line["file"] != "plan.Drafted.v1.json"]
    (copied / INDEX).write_bytes(msgspec.json.encode(kept))

    with pytest.raises(GoldenError, match=r"released and never kept.*: plan\.Drafted\.v1\.json"):
        load(copied)


def test_a_changed_file_is_noticed(copied: Path) -> None:
    path = copied / "plan.Drafted.v1.json"
    path.write_bytes(path.read_bytes().replace(b"2024-01-15", b"2024-01-16"))

    with pytest.raises(GoldenError, match=r"changed after its release: plan\.Drafted\.v1\.json"):
        load(copied)


def test_a_file_that_is_not_listed_is_noticed(copied: Path) -> None:
    (copied / "plan.Forgotten.v1.json").write_bytes(b"{}")

    with pytest.raises(GoldenError, match=r"not in the index: plan\.Forgotten\.v1\.json"):
        load(copied)


def test_adding_writes_only_what_is_missing(copied: Path) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in copied.iterdir()}

    assert add_missing(copied) == []
    assert {path.name: path.stat().st_mtime_ns for path in copied.iterdir()} == before


def test_adding_never_overwrites(copied: Path) -> None:
    (copied / INDEX).unlink()

    with pytest.raises(FileExistsError):
        add_missing(copied)


def test_an_empty_folder_receives_the_same_files(tmp_path: Path) -> None:
    add_missing(tmp_path)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in GOLDEN.iterdir()
    }


def test_a_field_that_is_written_otherwise_is_noticed() -> None:
    contents = [
        (kept, stored.replace(b'"number":"1"', b'"number": "1"') if kept.file.startswith("plan.") else stored)
        for kept, stored in load(GOLDEN)
    ]

    with pytest.raises(GoldenError, match=r"plan\.ElementAdded\.v1\.json is written differently now"):
        fold_all(contents)


# --- upcasting, on an event that gets a second schema for the length of a test --------------------------------


class PlanRetitledSecond(Event, frozen=True, kw_only=True):
    """Says also why; and knows the title of old events in French only."""

    title_fr: str
    reason: str | None


@pytest.fixture
def second_schema(monkeypatch: pytest.MonkeyPatch) -> type[Event]:
    cls = PlanRetitledSecond
    cls.TYPE, cls.SCHEMA, cls.LIFECYCLE = "plan.Retitled", 2, False
    monkeypatch.setitem(EVENTS, "plan.Retitled", Released(cls, msgspec.json.Decoder(cls).decode))
    monkeypatch.setattr(event_module, "_UPCASTERS", {})

    @upcaster("plan.Retitled", 1)
    def to_second(data: dict[str, Any]) -> dict[str, Any]:
        return {"title_fr": data["title"]["fr"], "reason": None}

    return cls


def test_an_event_of_an_older_schema_is_brought_up_to_date(second_schema: type[Event]) -> None:
    envelope, payload = decode((GOLDEN / "plan.Retitled.v1.json").read_bytes())

    assert (envelope.type, envelope.schema) == ("plan.Retitled", 1)
    assert type(payload) is second_schema
    assert payload == PlanRetitledSecond(title_fr="Plan d’action régional 2024-2027", reason=None)


def test_a_golden_file_of_an_older_schema_stays_and_the_new_one_is_asked_for(
    second_schema: type[Event],
) -> None:
    assert second_schema.SCHEMA == 2

    with pytest.raises(GoldenError, match=r"never kept.*: plan\.Retitled\.v2\.json"):
        load(GOLDEN)
    assert fold_all(_lines("plan.Retitled.v1.json"))["plan"].version == 1


def _lines(name: str) -> list[tuple[Kept, bytes]]:
    index = msgspec.json.decode((GOLDEN / INDEX).read_bytes(), type=list[Kept])
    return [(kept, (GOLDEN / name).read_bytes()) for kept in index if kept.file == name]


def test_an_upcaster_that_gives_a_wrong_shape_is_refused(
    second_schema: type[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert second_schema.SCHEMA == 2
    monkeypatch.setattr(event_module, "_UPCASTERS", {("plan.Retitled", 1): lambda data: data})

    with pytest.raises(msgspec.ValidationError):
        decode((GOLDEN / "plan.Retitled.v1.json").read_bytes())


def test_a_step_without_upcaster_is_named() -> None:
    with pytest.raises(UnknownEventError, match=r"plan\.Retitled has no upcaster from schema 1"):
        upcast("plan.Retitled", 1, 3, {})


def test_an_event_of_a_newer_schema_is_not_guessed() -> None:
    with pytest.raises(UnknownEventError, match=r"plan\.Retitled has schema 2; this program knows 1"):
        decode((GOLDEN / "plan.Retitled.v1.json").read_bytes().replace(b'"schema":1', b'"schema":2'))


def test_an_event_of_an_unknown_type_is_not_guessed() -> None:
    with pytest.raises(UnknownEventError, match=r"event type plan\.Forgotten is not known"):
        decode((GOLDEN / "plan.Retitled.v1.json").read_bytes().replace(b"plan.Retitled", b"plan.Forgotten"))


def test_an_unknown_member_of_an_event_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        decode((GOLDEN / "commons.SlugAdded.v1.json").read_bytes().replace(b'"slug":', b'"x":1,"slug":'))


def test_a_stored_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match=r"plan\.Retitled is already taken"):
        event_module.event("plan.Retitled")(PlanRetitled)
