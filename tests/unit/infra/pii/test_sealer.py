"""Where sealed text may stand, and that it opens nowhere else."""

import os
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.event import Event, Recorded
from domain.ids import StreamId, TenantId
from domain.plan.events import ConsultationRecorded, ElementWithdrawn, PlanClosed, PlanRetitled
from domain.stream import STREAMS
from domain.values import SealedText, fr
from infra.log.mapper import OpenTextError, refuse_open_text
from infra.log.snapshots import may_be_snapshotted
from infra.pii.sealer import SealBrokenError, bound_to, keys_needed, open_event, seal_event, sealed_fields
from infra.pii.wrapping import KeyUnusableError, KeyWrapper
from tests.golden.examples import EXAMPLES
from tests.golden.files import of_the_product
from tests.unit.domain.given import recorded

TENANT, STREAM = TenantId(UUID(int=1)), StreamId(UUID(int=4))
SUBJECT, KEY_ID = UUID(int=7), UUID(int=8)
KEY = AESGCM(bytes(range(32)))
KEYS = {SUBJECT: (KEY_ID, KEY)}
WORDS = "Propos tenus à la séance du 14 mars"


def sealed_close(tenant: TenantId = TENANT, stream: StreamId = STREAM, version: int = 3) -> PlanClosed:
    return seal_event(tenant, stream, version, PlanClosed(note=SealedText.about(SUBJECT, WORDS)), KEYS)


def placed(event: Event, **place: Any) -> Recorded:
    at = {"tenant_id": TENANT, "originator_id": STREAM, "originator_version": 3}
    return msgspec.structs.replace(recorded(event), **{**at, **place})


def opened_note(event: Recorded) -> SealedText:
    payload: Any = open_event(event, {KEY_ID: KEY}).payload
    note = payload.note
    assert isinstance(note, SealedText)
    return note


def test_what_was_sealed_opens_in_its_place() -> None:
    assert opened_note(placed(sealed_close())) == SealedText(subject=SUBJECT, text=WORDS)


def test_nothing_of_the_words_is_in_the_stored_form() -> None:
    assert b"ances" not in msgspec.json.encode(sealed_close())
    assert sealed_close().note != sealed_close().note  # another nonce each time


@pytest.mark.parametrize(
    "place",
    [{"tenant_id": UUID(int=2)}, {"originator_id": UUID(int=5)}, {"originator_version": 4}],
    ids=["tenant", "stream", "version"],
)
def test_what_was_moved_elsewhere_does_not_open(place: dict[str, Any]) -> None:
    with pytest.raises(SealBrokenError):
        opened_note(placed(sealed_close(), **place))


def test_what_was_given_another_subject_does_not_open() -> None:
    note = sealed_close().note
    assert note is not None
    with pytest.raises(SealBrokenError):
        opened_note(placed(PlanClosed(note=msgspec.structs.replace(note, subject=UUID(int=9)))))


def test_what_was_moved_to_another_field_does_not_open() -> None:
    class Twice(Event, frozen=True, kw_only=True):
        one: SealedText
        other: SealedText | None

    Twice.TYPE, Twice.SCHEMA, Twice.LIFECYCLE = "test.Twice", 1, False
    text = SealedText.about(SUBJECT, WORDS)
    event = seal_event(TENANT, STREAM, 3, Twice(one=text, other=text), KEYS)
    honest = msgspec.structs.replace(placed(sealed_close()), payload=event)
    swapped = msgspec.structs.replace(honest, payload=Twice(one=event.one, other=event.one))

    assert sealed_fields(Twice) == ("one", "other")
    assert open_event(honest, {KEY_ID: KEY}).payload == Twice(one=text, other=text)
    with pytest.raises(SealBrokenError, match="The text other of event 3"):
        open_event(swapped, {KEY_ID: KEY})


def test_without_its_place_bound_in_moved_text_would_open() -> None:
    # The control: the same key, nonce and words, sealed without associated data.
    nonce = os.urandom(12)
    unbound = KEY.encrypt(nonce, WORDS.encode(), None)

    assert KEY.decrypt(nonce, unbound, None).decode() == WORDS
    with pytest.raises(InvalidTag):
        KEY.decrypt(nonce, unbound, bound_to(TENANT, STREAM, 3, "note", SUBJECT))


def test_text_whose_key_is_gone_reads_as_erased_in_both_languages() -> None:
    payload: Any = open_event(placed(sealed_close()), {}).payload

    assert payload.note == SealedText.gone(SUBJECT)
    assert (payload.note.display("en"), payload.note.display("fr")) == ("[erased]", "[effacé]")


def test_an_event_without_text_passes_through_as_it_is() -> None:
    retitled = placed(PlanRetitled(title=fr("Plan")))
    gone = placed(PlanClosed(note=SealedText.gone(SUBJECT)))
    silent = placed(ConsultationRecorded(consulted=fr("La table"), note=None))

    assert open_event(retitled, {}) is retitled
    assert open_event(silent, {}) is silent
    assert open_event(gone, {}) is gone
    assert seal_event(TENANT, STREAM, 1, retitled.payload, {}) is retitled.payload
    assert keys_needed([retitled, silent, placed(sealed_close()), placed(sealed_close())]) == [KEY_ID]


def test_unsealed_text_is_not_handed_to_the_log() -> None:
    refuse_open_text(sealed_close())
    refuse_open_text(ElementWithdrawn(element_id=EXAMPLES[9].payload.element_id, note=None))  # type: ignore[attr-defined]  # an element's
    for note in (SealedText.about(SUBJECT, WORDS), SealedText.gone(SUBJECT)):
        with pytest.raises(OpenTextError, match=r"plan\.Closed holds unsealed text in note"):
            refuse_open_text(PlanClosed(note=note))


# --- where sealed text may stand ------------------------------------------------------------------------------


def deeper(cls: type[Any]) -> list[str]:
    """The fields of a class in which sealed text lies below the first level."""
    return [
        field.encode_name
        for field in msgspec.inspect.type_info(cls).fields  # type: ignore[attr-defined]  # of a struct
        if _depth_of_sealed(field.type) > 1
    ]


def _depth_of_sealed(type_: Any, depth: int = 1) -> int:
    match type_:
        case msgspec.inspect.UnionType(types=types):
            return max(_depth_of_sealed(each, depth) for each in types)
        case msgspec.inspect.StructType(cls=cls) if cls is SealedText:
            return depth
        case msgspec.inspect.StructType(fields=fields):
            return max((_depth_of_sealed(field.type, depth + 1) for field in fields), default=0)
        case msgspec.inspect.VarTupleType(item_type=item) | msgspec.inspect.ListType(item_type=item):
            return _depth_of_sealed(item, depth + 1)
        case msgspec.inspect.DictType(value_type=value):
            return _depth_of_sealed(value, depth + 1)
    return 0


@pytest.mark.parametrize("name", sorted(of_the_product()))
def test_no_event_holds_sealed_text_below_its_own_fields(name: str) -> None:
    assert deeper(of_the_product()[name].cls) == []


def test_sealed_text_that_lay_deeper_would_be_noticed() -> None:
    class Inner(msgspec.Struct):
        text: SealedText | None

    class Outer(msgspec.Struct):
        inner: Inner
        several: tuple[SealedText, ...]
        by_name: dict[str, SealedText]
        direct: SealedText | None

    assert deeper(Outer) == ["inner", "several", "by_name"]


def test_the_fields_with_sealed_text_are_found() -> None:
    found = {name: sealed_fields(kind.cls) for name, kind in of_the_product().items() if sealed_fields(kind.cls)}

    assert found == {
        "access_grant.Revoked": ("reason",),
        "audit_mandate.Closed": ("note",),
        "activity.Withdrawn": ("note",),
        "agreement.Terminated": ("reason",),
        "alignment.Aligned": ("note",),
        "alignment.Withdrawn": ("note",),
        "indicator.Retired": ("note",),
        "requirement.Exempted": ("note",),
        "requirement.Ended": ("note",),
        "submission.Drafted": ("note",),
        "submission.Redrafted": ("note",),
        "submission.Returned": ("note",),
        "submission.Resubmitted": ("note",),
        "submission.Corrected": ("note",),
        "body.PhaseEntered": ("note",),
        "committee.Dissolved": ("reason",),
        "document.Withdrawn": ("reason",),
        "decision.Made": ("text", "reasons"),
        "decision.Rescinded": ("reason",),
        "meeting.DissentRecorded": ("reason",),
        "meeting.MinutesCorrected": ("text_en", "text_fr"),
        "meeting.MinutesDrafted": ("text_en", "text_fr"),
        "meeting.MotionMoved": ("text",),
        "meeting.RecusalRecorded": ("reason",),
        "endorsement.Withdrawn": ("note",),
        "practice.Withdrawn": ("note",),
        "study.Recorded": ("note",),
        "study.NeedWithdrawn": ("note",),
        "study.Withdrawn": ("note",),
        "dataset.VintageWithdrawn": ("note",),
        "dataset.ClaimWithdrawn": ("note",),
        "plan.Closed": ("note",),
        "plan.ConsultationRecorded": ("note",),
        "plan.ElementWithdrawn": ("note",),
        "plan.ProgressRecorded": ("note",),
        "published_aggregate.Withdrawn": ("note",),
        "seat.TermEnded": ("note",),
    }


def test_no_state_keeps_free_text() -> None:
    # So snapshots hold none, and a replay that cannot open text folds to the same state as one that can.
    assert [stream.name for stream in STREAMS.values() if not may_be_snapshotted(type(stream.initial))] == []


# --- wrapping -------------------------------------------------------------------------------------------------


def test_a_data_key_comes_back_out_of_its_wrapping() -> None:
    wrapper = KeyWrapper(b"s" * 32)
    row = wrapper.wrap(TENANT, KEY_ID, SUBJECT, bytes(range(32)))

    again = KeyWrapper(b"s" * 32).unwrap(TENANT, row)

    assert len(row.wrapped) == 60
    assert bytes(range(32)) not in row.wrapped
    assert again.decrypt(bytes(12), KEY.encrypt(bytes(12), b"x", b""), b"") == b"x"


@pytest.mark.parametrize(
    "change",
    [{"subject": UUID(int=9)}, {"key_id": UUID(int=9)}, {"wrapped": bytes(60)}],
    ids=["subject", "key id", "bytes"],
)
def test_a_wrapped_key_that_was_changed_or_moved_is_refused(change: dict[str, Any]) -> None:
    wrapper = KeyWrapper(b"s" * 32)
    row = wrapper.wrap(TENANT, KEY_ID, SUBJECT, bytes(range(32)))._replace(**change)

    with pytest.raises(KeyUnusableError, match="does not unwrap"):
        wrapper.unwrap(TENANT, row)


def test_another_tenant_cannot_use_a_wrapped_key() -> None:
    wrapper = KeyWrapper(b"s" * 32)
    row = wrapper.wrap(TENANT, KEY_ID, SUBJECT, bytes(range(32)))

    with pytest.raises(KeyUnusableError):
        wrapper.unwrap(TenantId(uuid4()), row)


def test_keys_of_an_earlier_secret_open_while_it_is_given_and_are_named_when_it_is_not() -> None:
    row = KeyWrapper(b"old" * 12).wrap(TENANT, KEY_ID, SUBJECT, bytes(range(32)))

    KeyWrapper(b"new" * 12, earlier=[b"old" * 12]).unwrap(TENANT, row)
    with pytest.raises(KeyUnusableError, match=f"is wrapped under {row.wrapped_by}"):
        KeyWrapper(b"new" * 12).unwrap(TENANT, row)
