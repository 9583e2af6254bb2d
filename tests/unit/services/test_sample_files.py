"""The sample loads without a refusal and says what its sources say."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

import msgspec

import domain.areas  # noqa: F401 - fills the registries
from domain.agreement import AgreementSigned, AgreementTerminated, ContributionRecorded
from domain.audience import Audience
from domain.body import BodyKind, BodyOpened, CatchmentSet, OpenBody
from domain.envelope import Actor, Authority, ByInstrument, Envelope, Source
from domain.event import Recorded, encode
from domain.ids import COMMONS, CommandId, PersonId, StreamId, TenantId
from domain.plan.commands import AddPlanElement, AlignPlanToParent
from domain.plan.events import (
    ElementAdded,
    ElementReworded,
    ElementWithdrawn,
    PlanAlignedToParent,
    PlanDrafted,
    ProgressRecorded,
    RevisionAdopted,
    RevisionPublished,
)
from domain.practice import PracticeAdopted, PracticeDescribed
from domain.provider import ProviderMandated
from domain.published_aggregate import PublishedAggregateRecorded
from domain.stream import COMMANDS, Command, Loaded, Order, decide, stream_id
from domain.target import TARGET, BaselineSet, TargetSet, Warning_, warnings
from domain.theme_list import ThemeListPublished
from domain.values import Citation, Language, Period
from services.authorisation import check_role
from services.importing import LineActor
from services.sample import files
from tests.unit.domain.given import gathered

FICTIONAL = {"fictionville", "plaine-imaginaire", "riviere-exemple", "baie-modele"}
RECENT = "065_a_year_and_a_half.jsonl"
LATE = "070_late_entries.jsonl"
SHARED = UUID("b87fac09-90c2-534e-8ee3-e14c0164ae43")
"""The shared indicator of the fictional partnerships, in the commons."""
LOADER = Actor(id=PersonId(UUID(int=1)), role="operator")
BYTES_MAX = 500_000
MEMBERS = ["body", "command", "id", "effective_on", "authority", "lang", "actor", "source", "sample", "data"]
REGIONS = {"01": "Bas-Saint-Laurent", "03": "Capitale-Nationale", "12": "Chaudière-Appalaches", "11": "Gaspésie"}


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    body: str
    command: str
    id: UUID
    effective_on: date
    authority: Authority
    lang: Language
    actor: LineActor | None = None
    source: Source | None = None
    sample: bool = False
    data: msgspec.Raw

    @property
    def who(self) -> Actor:
        return LOADER if self.actor is None else Actor(id=self.actor.person, role=self.actor.role)


class MemoryLog:
    """All logs in memory: streams, claims and bodies, with the checks that the append makes."""

    def __init__(self) -> None:
        self.events: list[Recorded] = []
        self.streams: dict[tuple[UUID, UUID], Loaded[Any]] = {}
        self.claims: dict[tuple[UUID, str], UUID] = {}
        self.kinds: dict[UUID, BodyKind] = {COMMONS: BodyKind.COMMONS}
        self.opened: set[UUID] = set()

    def handle(self, line: Line, tenant_id: TenantId) -> list[Recorded]:
        handled = COMMANDS[line.command]
        if line.actor is not None:
            check_role(line.actor.role, line.command)
        order = Order(
            tenant_id=tenant_id,
            command_id=CommandId(line.id),
            command=decoded(line),
            actor=line.who,
            effective_on=line.effective_on,
            authority=line.authority,
            lang=line.lang,
            correlation_id=line.id,
            source=line.source,
            sample=line.sample,
        )
        if isinstance(order.command, OpenBody):
            assert tenant_id in self.opened
            self.kinds[tenant_id] = order.command.kind
        kind = self.kinds[tenant_id]
        assert kind != BodyKind.COMMONS if handled.owners is None else kind in handled.owners, line.command
        key = (tenant_id, stream_id(handled, order.command))
        loaded = self.streams.get(key) or Loaded(state=handled.stream.initial)
        own = {claim: StreamId(holder) for (log, claim), holder in self.claims.items() if log == tenant_id}
        reads = gathered(
            handled, loaded, order, lambda need: self.streams.get((need.log or tenant_id, need.id)), own
        )
        decided = decide(handled, loaded, order, reads)
        for claim in decided.claims:
            assert (tenant_id, claim) not in self.claims, claim
            self.claims[tenant_id, claim] = key[1]
        self.opened.update(decided.opens)
        recorded: list[Recorded] = []
        for event in decided.events:
            envelope = Envelope(
                v=1,
                type=event.TYPE,
                schema=event.SCHEMA,
                effective_on=line.effective_on,
                actor=line.who,
                authority=line.authority,
                command_id=order.command_id,
                causation_id=None,
                correlation_id=line.id,
                lang=line.lang,
                source=line.source,
                sample=line.sample,
                data=encode(event),
            )
            recorded.append(
                Recorded(
                    payload=event,
                    envelope=envelope,
                    tenant_id=tenant_id,
                    originator_id=key[1],
                    originator_version=loaded.version + len(recorded) + 1,
                    position=len(self.events) + len(recorded) + 1,
                    recorded_at=datetime(2024, 6, 1, tzinfo=UTC),
                )
            )
        self.streams[key] = handled.stream.fold(loaded, recorded)
        self.events.extend(recorded)
        return recorded

    def cited(self, citation: Citation) -> bool:
        loaded = self.streams.get((citation.log, citation.stream))
        return loaded is not None and citation.version <= loaded.version

    def of(self, slug: str) -> list[Recorded]:
        body_id = self.claims[COMMONS, f"slug/{slug}"]
        return [recorded for recorded in self.events if recorded.tenant_id == body_id]


def lines() -> Iterator[tuple[str, Line]]:
    for path in files():
        for raw in path.read_bytes().splitlines():
            yield path.name, msgspec.json.decode(raw, type=Line)


def decoded(line: Line) -> Command:
    return msgspec.json.decode(line.data, type=COMMANDS[line.command].command)


@cache
def loaded_log() -> MemoryLog:
    log = MemoryLog()
    for name, line in lines():
        owner = COMMONS if line.body == "commons" else TenantId(log.claims[COMMONS, f"slug/{line.body}"])
        assert log.handle(line, owner), (name, line.command, line.id)
    return log


def payloads(slug: str, kind: type[Any]) -> list[Any]:
    return [recorded.payload for recorded in loaded_log().of(slug) if isinstance(recorded.payload, kind)]


def opened(kind: BodyKind) -> list[tuple[BodyOpened, Recorded]]:
    return [
        (recorded.payload, recorded)
        for recorded in loaded_log().events
        if isinstance(recorded.payload, BodyOpened) and recorded.payload.kind == kind
    ]


def test_the_files_come_in_load_order_and_stay_small() -> None:
    assert [path.name for path in files()] == [
        "005_commons.jsonl",
        "010_ministry.jsonl",
        "020_partnerships_2012_2013.jsonl",
        "025_cic_synthesis.jsonl",
        "027_practices.jsonl",
        "030_drcneq.jsonl",
        "035_portraits.jsonl",
        "040_sherbrooke.jsonl",
        "050_quebec_city.jsonl",
        "060_fictional.jsonl",
        RECENT,
        LATE,
    ]
    for path in files():
        assert path.stat().st_size < BYTES_MAX
        assert path.read_bytes().endswith(b"}\n")


def test_every_line_is_strictly_its_command_with_its_members_in_order() -> None:
    for path in files():
        for raw in path.read_bytes().splitlines():
            members = list(msgspec.json.decode(raw))
            assert members == [member for member in MEMBERS if member in members]
            line = msgspec.json.decode(raw, type=Line)
            assert isinstance(decoded(line), COMMANDS[line.command].command)


def test_command_ids_are_unique() -> None:
    ids = [line.id for _, line in lines()]
    assert len(set(ids)) == len(ids)


def test_loading_refuses_nothing_and_every_command_records_something() -> None:
    assert len(loaded_log().events) >= len(list(lines()))


def test_each_body_opens_its_log_under_the_name_and_kind_of_its_registration() -> None:
    registered: dict[UUID, Any] = {}
    for _, line in lines():
        data = msgspec.json.decode(line.data)
        if line.command == "RegisterBody":
            registered[UUID(data["body_id"])] = data
        elif line.command == "OpenBody":
            first = registered.pop(UUID(data["body_id"]))
            assert {key: data[key] for key in first} == first
            assert line.body == data["slug"]
            assert data["time_zone"] in available_timezones()
    assert registered == {}


def test_slugs_are_unique_and_old_ones_stay() -> None:
    claims = [claim for tenant, claim in loaded_log().claims if tenant == COMMONS]
    assert len(claims) == 49
    assert loaded_log().claims[COMMONS, "slug/cic"] == loaded_log().claims[COMMONS, "slug/ircc"]


def test_every_citation_names_a_version_that_existed_before_it() -> None:
    log = MemoryLog()
    citations = 0
    for _, line in lines():
        command = decoded(line)
        cited = (
            command.parent
            if isinstance(command, AlignPlanToParent)
            else command.copied_from
            if isinstance(command, AddPlanElement)
            else None
        )
        if cited is not None:
            citations += 1
            assert log.cited(cited)
        owner = COMMONS if line.body == "commons" else TenantId(log.claims[COMMONS, f"slug/{line.body}"])
        log.handle(line, owner)
    assert citations == 3


def test_all_that_is_invented_says_so_and_nothing_else_does() -> None:
    ids = {str(loaded_log().claims[COMMONS, f"slug/{slug}"]) for slug in FICTIONAL}
    for name, line in lines():
        data = msgspec.json.decode(line.data)
        fictional = (
            line.body in FICTIONAL or data.get("body_id") in ids or data.get("definition_id") == str(SHARED)
        )
        assert fictional == (name in {"060_fictional.jsonl", RECENT, LATE})
        if fictional:
            assert line.sample
            assert line.source is None
        elif line.sample:
            assert line.body == "drcneq"
            assert line.source is None
            assert line.effective_on > date(2021, 4, 1)
            assert COMMANDS[line.command].stream.name == "plan"


# --- the registry of 2012-2013 -------------------------------------------------------------------------------


def test_the_registry_of_2012_2013_has_38_partnerships_35_of_them_in_ontario_and_two_pilots() -> None:
    real = [(body, recorded) for body, recorded in opened(BodyKind.LIP) if not recorded.envelope.sample]
    assert len(real) == 38
    assert Counter(body.province for body, _ in real) == {"ON": 35, "AB": 1, "NS": 1, "NL": 1}
    assert {body.slug: body.phase for body, _ in real if body.phase != "active"} == {
        "halifax": "phase_1",
        "st-johns": "needs_assessment",
    }
    for body, recorded in real:
        assert body.started is None
        assert body.attested == Period.fiscal_year(2012)
        assert recorded.effective_on == date(2012, 4, 1)
        assert body.name.source == "fr"
    leads = Counter(body.lead_organisation.name for body, _ in real if body.lead_organisation is not None)
    assert [lead.en for lead, count in leads.items() if count == 2] == ["Thunder Bay Multicultural Association"]


def test_time_zones_follow_the_province() -> None:
    zones = {body.slug: body.time_zone for body, _ in opened(BodyKind.LIP)}
    assert zones.pop("halifax") == "America/Halifax"
    assert zones.pop("st-johns") == "America/St_Johns"
    assert zones.pop("calgary") == "America/Edmonton"
    assert set(zones.values()) == {"America/Toronto"}


def test_catchments_overlap_and_say_whole_or_part() -> None:
    served: dict[str, list[tuple[str, str]]] = {}
    for body, _ in opened(BodyKind.LIP):
        if body.slug in FICTIONAL:
            continue
        (catchment,) = payloads(body.slug, CatchmentSet)
        for part in catchment.parts:
            assert part.territory.scheme == "sgc-cd"
            served.setdefault(part.territory.code, []).append((body.slug, part.extent))
    assert sorted(served["3520"]) == [
        ("toronto", "whole"),
        *[(f"toronto-{side}", "part") for side in ("est", "nord", "ouest", "sud")],
    ]
    assert sorted(served["3558"]) == [("nord-ouest-ontarien", "part"), ("thunder-bay", "part")]


# --- the commons ---------------------------------------------------------------------------------------------


def test_the_seventeen_characteristics_are_in_the_order_of_their_source() -> None:
    (published,) = [one.payload for one in loaded_log().events if isinstance(one.payload, ThemeListPublished)]
    assert len(published.themes) == 17
    assert [theme.code for theme in published.themes[:3]] == ["employment", "social_capital", "housing"]
    assert published.themes[-1].label.en == "Favourable media coverage and representation"
    assert {theme.label.unofficial for theme in published.themes} == {("fr",)}


# --- practices -----------------------------------------------------------------------------------------------


def test_practices_are_in_the_logs_of_the_partnerships_that_the_source_names_as_history() -> None:
    described = [one for one in loaded_log().events if isinstance(one.payload, PracticeDescribed)]

    assert len({one.tenant_id for one in described}) == len(described) == 18
    for one in described:
        assert isinstance(one.payload, PracticeDescribed)
        assert one.envelope.source is not None
        assert one.payload.title.unofficial == ("en",)
    (renfrew,) = payloads("renfrew-lanark", PracticeDescribed)
    assert renfrew.title.fr == "Rencontres où chacun amène un collègue"


def test_a_fictional_table_adopts_a_practice_where_its_origin_keeps_it() -> None:
    (adopted,) = [one for one in loaded_log().events if isinstance(one.payload, PracticeAdopted)]

    assert adopted.envelope.sample
    assert isinstance(adopted.payload, PracticeAdopted)
    (origin,) = [one for one in loaded_log().of("renfrew-lanark") if isinstance(one.payload, PracticeDescribed)]
    cited = adopted.payload.adopted_from
    assert (cited.log, cited.stream, cited.version) == (origin.tenant_id, origin.originator_id, 1)


# --- the synthesis of 2012-2013 -------------------------------------------------------------------------------


def test_the_published_figures_are_in_the_logs_of_those_whom_they_are_about() -> None:
    figures = {
        (slug, one.measure_code): one.figure
        for slug in ("ircc", "peterborough", "hamilton", "chatham-kent")
        for one in payloads(slug, PublishedAggregateRecorded)
    }
    values = {key: figure.value and (figure.value.kind, figure.value.number) for key, figure in figures.items()}
    assert values == {
        ("ircc", "municipal-commitment"): None,
        ("ircc", "funding-cic"): ("exact", Decimal(8_500_000)),
        ("ircc", "funding-other"): ("at_least", Decimal(4_500_000)),
        ("ircc", "funding-in-kind"): ("estimate", Decimal(1_800_000)),
        ("ircc", "funded-ontario"): ("exact", Decimal(35)),
        ("peterborough", "new-clients-factor"): ("exact", Decimal("2.5")),
        ("hamilton", "social-housing"): ("exact", Decimal(900_000)),
        ("chatham-kent", "library-cards"): ("exact", Decimal(15)),
    }
    commitment = figures["ircc", "municipal-commitment"]
    assert (commitment.ratio.numerator.number, commitment.ratio.denominator.number) == (25, 34)
    assert (commitment.funded.number, commitment.reports_received.kind) == (38, "missing")


# --- the ministry --------------------------------------------------------------------------------------------


def test_annex_1_gives_two_trend_warnings_and_one_unit_warning() -> None:
    found: list[Warning_] = []
    for (tenant, _), loaded in loaded_log().streams.items():
        if tenant == loaded_log().claims[COMMONS, "slug/mifi"] and isinstance(loaded.state, type(TARGET.initial)):
            found += warnings(loaded.state)
    assert sorted((one.kind, one.raw) for one in found) == [
        ("trend", "21,5 %"),
        ("trend", "600"),
        ("unit", "800 accompagnements"),
    ]


def test_annex_1_keeps_each_figure_as_printed() -> None:
    rows: dict[UUID, list[str | None]] = {}
    for recorded in loaded_log().of("mifi"):
        match recorded.payload:
            case BaselineSet(baseline=value) | TargetSet(value=value):
                rows.setdefault(recorded.originator_id, []).append(value.raw)
    assert list(rows.values()) == [
        ["45 %", "50 %", "55 %", "60 %", "65 %"],
        ["s. o.", "Mise en œuvre", "60 %", "70 %", "75 %"],
        ["17 % 2018", "34 %", "21,5 %", "22,5 %", "24 %"],
        ["800 accompagnements", "960", "600", "800", "1 200"],
        ["s. o.", "80 %", "80 %", "85 %", "85 %"],
    ]
    numbers = [event.value.number for event in payloads("mifi", TargetSet)]
    assert numbers[4:8] == [None, Decimal(60), Decimal(70), Decimal(75)]
    assert numbers[15] == Decimal(1200)


def test_the_strategic_plan_was_published_after_its_update() -> None:
    assert Counter(element.level for element in payloads("mifi", ElementAdded)) == {
        "orientation": 4,
        "objective": 4,
        "indicator": 5,
    }
    (published,) = payloads("mifi", RevisionPublished)
    assert published.source_published_on == date(2021, 2, 1)


# --- the regional directorate --------------------------------------------------------------------------------


def test_the_directorate_has_57_agreements_by_programme_and_region_without_amounts_or_parties() -> None:
    agreements = payloads("drcneq", AgreementSigned)
    matrix = Counter((one.programme.code, REGIONS[one.territory.code]) for one in agreements)
    counts = {code: tuple(matrix[code, region] for region in REGIONS.values()) for code, _ in matrix}
    assert counts == {"mrc": (8, 5, 8, 4), "pasi": (6, 7, 9, 4), "soutien-mission": (1, 3, 2, 0)}
    assert len(agreements) == 57
    for one in agreements:
        assert one.parties is None
        assert one.amount is None
        assert one.signed is None
        assert one.audience == Audience.PUBLIC
        assert one.programme.named_in_source == (one.programme.code != "mrc")
    assert Counter(one.territory.code for one in agreements if one.tags == ("rpce",)) == {"01": 1, "03": 1}


def test_the_directorate_has_17_mandated_providers() -> None:
    providers = payloads("drcneq", ProviderMandated)
    assert Counter(one.territory.code for one in providers) == {"01": 1, "03": 10, "12": 4, "11": 2}
    assert {(one.service_code, one.name, one.modes) for one in providers} == {("francisation", None, ())}


def test_the_regional_plan_has_the_elements_that_its_source_counts() -> None:
    log = loaded_log()
    elements = [
        recorded.payload
        for recorded in log.of("drcneq")
        if isinstance(recorded.payload, ElementAdded) and not recorded.envelope.sample
    ]
    by_region: dict[str, Counter[str]] = {}
    region_of = {one.element_id: one.territory.code for one in elements if one.territory is not None}
    for one in elements:
        above = "" if one.parent_id is None else region_of.get(one.parent_id, "")
        by_region.setdefault(region_of.get(one.element_id, above), Counter())[one.level] += 1
    assert by_region == {
        "": {"orientation": 4, "objective": 4},
        "01": {"action": 12, "expected_result": 13, "indicator": 19},
        "03": {"action": 13, "expected_result": 15, "indicator": 19},
    }
    kinds = Counter(one.indicator_kind for one in elements if one.level == "indicator")
    assert kinds == {"count": 35, "rate": 2, "milestone": 1}


def test_the_regional_plan_is_aligned_to_the_ministrys_adopted_revision() -> None:
    log = loaded_log()
    (aligned,) = payloads("drcneq", PlanAlignedToParent)
    mifi = log.of("mifi")
    adopted = next(one for one in mifi if isinstance(one.payload, RevisionAdopted))
    assert aligned.parent == Citation(
        log=adopted.tenant_id, stream=adopted.originator_id, version=adopted.originator_version
    )
    parents = {one.element_id for one in payloads("mifi", ElementAdded)}
    assert len(aligned.links) == 12
    assert {link.parent_element_id for link in aligned.links} <= parents


def test_both_revisions_are_adopted_by_the_directorate_and_only_the_second_is_invented() -> None:
    adopted = [one for one in loaded_log().of("drcneq") if isinstance(one.payload, RevisionAdopted)]
    assert [(one.effective_on, one.envelope.sample) for one in adopted] == [
        (date(2021, 4, 1), False),
        (date(2021, 10, 1), True),
    ]
    for one in adopted:
        assert isinstance(one.envelope.authority, ByInstrument)
        assert one.envelope.authority.number is None
    invented = [one.payload for one in loaded_log().of("drcneq") if one.envelope.sample]
    assert len([one for one in invented if isinstance(one, ElementReworded)]) == 2
    assert len([one for one in invented if isinstance(one, ElementWithdrawn)]) == 1
    added = [one.level for one in invented if isinstance(one, ElementAdded)]
    assert added == ["action", "expected_result", "indicator"]


# --- Sherbrooke and Québec -----------------------------------------------------------------------------------


def test_sherbrooke_has_two_groups_of_nine_objectives() -> None:
    ranks = [one.rank for one in payloads("sherbrooke", ElementAdded)]
    assert ranks == [*range(101, 110), *range(201, 210)]
    (body,) = payloads("sherbrooke", BodyOpened)
    assert body.name.unofficial == ("fr",)


def test_the_city_of_quebec_goes_from_agreement_to_plan_to_activity() -> None:
    first, second = [one for one in loaded_log().of("quebec-city") if isinstance(one.payload, AgreementSigned)]
    assert isinstance(first.payload, AgreementSigned)
    assert isinstance(second.payload, AgreementSigned)
    assert str(first.payload.signed) == "2000-11"
    assert second.payload.signed is None
    assert second.payload.term is not None
    assert str(second.payload.term.end) == "2007"
    (draft,) = payloads("quebec-city", PlanDrafted)
    assert draft.agreement_id == first.originator_id
    (done,) = payloads("quebec-city", ProgressRecorded)
    assert "1\N{NO-BREAK SPACE}100 candidats" in done.note.display("fr")


# --- the fictional ones --------------------------------------------------------------------------------------


def test_each_fictional_partnership_shows_a_whole_life() -> None:
    provinces = {}
    for slug in FICTIONAL:
        (body,) = payloads(slug, BodyOpened)
        provinces[body.province] = body.kind
        seen = {recorded.payload.TYPE for recorded in loaded_log().of(slug)}
        assert seen >= {
            "agreement.Amended",
            "agreement.ObligationFulfilled",
            "agreement.Terminated",
            "body.LeadOrganisationChanged",
            "body.Renamed",
            "plan.ElementReworded",
            "plan.ElementWithdrawn",
            "plan.ProgressRecorded",
        }
        revisions: dict[UUID, list[int]] = {}
        for recorded in loaded_log().of(slug):
            if isinstance(recorded.payload, RevisionAdopted):
                revisions.setdefault(recorded.originator_id, []).append(recorded.payload.number)
        assert list(revisions.values()) == [[1, 2], [1, 2]]
        assert {one.in_kind for one in payloads(slug, ContributionRecorded)} == {False, True}
    assert provinces == {
        "ON": BodyKind.LIP,
        "MB": BodyKind.RIF,
        "QC": BodyKind.REGIONAL_DIRECTORATE,
        "NB": BodyKind.ROUNDTABLE,
    }


def test_a_termination_keeps_its_reason_as_free_text_about_the_agreement() -> None:
    reasons = {
        one.originator_id: one.payload.reason
        for one in loaded_log().events
        if isinstance(one.payload, AgreementTerminated)
    }
    assert len(reasons) == 4
    for agreement_id, reason in reasons.items():
        assert reason is not None
        assert reason.is_open
        assert reason.subject == agreement_id


def test_amounts_of_every_kind_appear() -> None:
    kinds = Counter(
        value.kind
        for slug in FICTIONAL
        for recorded in loaded_log().of(slug)
        if recorded.payload.TYPE.startswith("agreement.")
        and (value := getattr(recorded.payload, "amount", None)) is not None
    )
    assert set(kinds) == {
        *("exact", "at_least", "at_most", "estimate", "range"),
        *("not_applicable", "missing", "suppressed"),
    }


def test_each_fictional_agreement_has_an_amendment_that_came_late() -> None:
    for slug in FICTIONAL:
        dates: dict[UUID, list[date]] = {}
        for recorded in loaded_log().of(slug):
            if recorded.payload.TYPE == "agreement.Amended":
                dates.setdefault(recorded.originator_id, []).append(recorded.effective_on)
        assert any(found != sorted(found) for found in dates.values())


def test_the_second_stage_speaks_of_the_past_only() -> None:
    first_stage = [line for name, line in lines() if name != LATE]
    latest = {slug: max(line.effective_on for line in first_stage if line.body == slug) for slug in FICTIONAL}
    late = [line for name, line in lines() if name == LATE]
    assert len(late) == 22
    for line in late:
        assert line.effective_on < latest[line.body]
    lead = next(line for line in late if line.command == "ChangeLeadOrganisation")
    before = max(
        line.effective_on for line in first_stage if line.command == lead.command and line.body == lead.body
    )
    assert (lead.effective_on, before) == (date(2021, 4, 1), date(2023, 4, 1))


# --- language ------------------------------------------------------------------------------------------------


def localized(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if value.get("source") in ("fr", "en"):
            yield value
        for child in value.values():
            yield from localized(child)
    elif isinstance(value, list):
        for child in value:
            yield from localized(child)


def test_french_is_set_as_in_quebec() -> None:
    wrong = re.compile(r"'| [:»%$]|« |\d \d{3}")
    for _, line in lines():
        for text in localized(msgspec.json.decode(line.data)):
            assert not wrong.search(text.get("fr", "")), text["fr"]


def test_quebecs_real_bodies_have_no_english_that_is_not_official() -> None:
    for _, line in lines():
        if line.body in {"mifi", "drcneq", "quebec-city", "riviere-exemple"}:
            for text in localized(msgspec.json.decode(line.data)):
                assert set(text) == {"fr", "source"}
