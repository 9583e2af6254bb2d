"""A country as of a day, as known at a moment, folded from its raw events: what every reader may know of it.

Nothing here comes from the product. Whoever reads it beside docs/measures.md should find the same rules twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from tests.comparison.raw import Raw

ORDER = ("draft", "returned", "submitted", "validated", "approved", "published")
AUDIENCES = ("draft", "tenant", "funders", "public")
OF_STAGE = {
    "draft": "draft",
    "returned": "tenant",
    "submitted": "funders",
    "validated": "funders",
    "approved": "funders",
    "published": "public",
}
PARTNERSHIPS = frozenset(
    {"lip", "zip", "rif", "regional_directorate", "roundtable", "municipal_programme", "sector_council"}
    | {"employment_council"}
)
Place = tuple[str, str]
PeriodKey = tuple[str, str]
Source = tuple[str, str, str]
When = tuple[date, datetime | None]
"""As of a day, as known at a moment, or now."""


class Reader(NamedTuple):
    """Who reads: the public, or a body that others granted something."""

    name: str
    tenant: str | None = None


PUBLIC = Reader("public")


@dataclass
class Figure:
    """A submission as it stood: what is worked on, and what counts."""

    tenant: str
    stream: str
    indicator: tuple[str, str]
    period: PeriodKey
    place: Place | None
    cuts: tuple[tuple[str, str], ...]
    widest: str
    stage: str
    work: tuple[Any, Any]
    sample: bool
    out: tuple[Any, Any] | None = None
    out_sample: bool = False


@dataclass
class Requirement:
    tenant: str
    stream: str
    data: dict[str, Any]
    ended: date | None = None

    @property
    def place(self) -> Place | None:
        return place_of(self.data["territory"])


@dataclass
class Alignment:
    own: str
    canonical: tuple[str, str]
    grade: str | None
    audience: str


@dataclass
class Agreement:
    tenant: str
    unit: str
    code: str
    label: str
    place: Place | None
    audience: str
    sample: bool


@dataclass
class Record:
    """Something that stands until it is withdrawn, as it was told."""

    tenant: str
    stream: str
    data: dict[str, Any]
    sample: bool
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What belongs to it, by id."""
    held_until: date | None = None
    held: bool = False
    gone: bool = False
    told: str = ""


@dataclass
class State:
    """Everything that was true on the day as far as it was known, whoever may see it."""

    on: date
    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)
    indicators: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    counted: dict[tuple[str, str], str] = field(default_factory=dict)
    figures: dict[tuple[str, str], Figure] = field(default_factory=dict)
    requirements: dict[tuple[str, str], Requirement] = field(default_factory=dict)
    exempt: dict[tuple[str, str], dict[PeriodKey, str]] = field(default_factory=lambda: defaultdict(dict))
    alignments: dict[tuple[str, str], Alignment] = field(default_factory=dict)
    targets: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    agreements: dict[tuple[str, str], Agreement] = field(default_factory=dict)
    money: dict[tuple[str, str], Record] = field(default_factory=dict)
    records: dict[str, dict[tuple[str, str], Record]] = field(default_factory=lambda: defaultdict(dict))
    """By kind: endorsement, practice, study, seat, organisation."""
    vintages: dict[tuple[str, str, str], dict[Place, dict[str, Any]]] = field(default_factory=dict)
    """Populations by owner, dataset and vintage: a figure per place."""
    schemes: dict[tuple[str, str], str] = field(default_factory=dict)
    targets_of: dict[Source, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    by_period: dict[PeriodKey, list[Figure]] = field(default_factory=lambda: defaultdict(list))
    required_of: dict[Source, list[Requirement]] = field(default_factory=lambda: defaultdict(list))


class Rights(NamedTuple):
    """What is granted and shown today: as-of readings never exceed it."""

    grants: frozenset[tuple[str, str, str]]
    """Body, reader, programme; the empty programme is every one."""
    plans: frozenset[tuple[str, str]]
    """Plans that are published."""
    listed: frozenset[str]
    """Organisations that consent to being listed."""

    def sees(self, reader: Reader, tenant: str, audience: str, programme: str | None = None) -> bool:
        if audience == "public":
            return True
        if audience != "funders" or reader.tenant is None:
            return False
        every = (tenant, reader.tenant, "") in self.grants
        return every or (programme is not None and (tenant, reader.tenant, programme) in self.grants)


def rights(events: Iterable[Raw]) -> Rights:
    """As of now, from all that was ever recorded."""
    grants: dict[tuple[str, str], tuple[str, str, str]] = {}
    revoked: set[tuple[str, str]] = set()
    plans, listed = set(), set()
    for event in sorted(events, key=lambda one: one.position):
        key = (event.tenant, event.stream)
        match event.type:
            case "access_grant.Granted":
                grants[key] = (event.tenant, event.data["grantee"], event.data["programme"] or "")
            case "access_grant.Revoked":
                revoked.add(key)
            case "access_grant.Restored":
                revoked.discard(key)
            case "plan.RevisionPublished":
                plans.add(key)
            case "organisation.ListingConsented":
                listed.add(event.stream)
    standing = frozenset(grant for key, grant in grants.items() if key not in revoked)
    return Rights(standing, frozenset(plans), frozenset(listed))


def state(
    events: Sequence[Raw], on: date, known: datetime | None, reached: Mapping[str, int] | None = None
) -> State:
    """Fold events, which come in the order of their days and positions; of each log no further than is said."""
    now = State(on)
    for event in events:
        if event.on > on:
            break
        beyond = reached is not None and event.position > reached.get(event.tenant, 0)
        if not beyond and (known is None or event.at <= known) and event.type in _FOLDS:
            _FOLDS[event.type](now, event)
    return _indexed(now)


def _indexed(now: State) -> State:
    for figure in now.figures.values():
        now.by_period[figure.period].append(figure)
    for requirement in now.requirements.values():
        cited = requirement.data["indicator"]
        now.required_of[requirement.tenant, cited["log"], cited["stream"]].append(requirement)
    for required in now.required_of.values():
        required.sort(key=lambda one: one.stream)
    for (tenant, _), one in now.targets.items():
        if one["measured"] is not None:
            now.targets_of[(tenant, *one["measured"])].append(one)
    return now


def place_of(territory: dict[str, Any] | None) -> Place | None:
    return None if territory is None else (territory["scheme"], territory["code"])


def _opened(now: State, event: Raw) -> None:
    given = {name: event.data[name] for name in ("slug", "kind", "province")}
    now.bodies[event.tenant] = given | {"open": True, "catchment": []}


def _served(now: State, event: Raw) -> None:
    now.bodies[event.tenant]["catchment"] = [
        (place_of(part["territory"]), part["extent"]) for part in event.data["parts"]
    ]


def _dataset(now: State, event: Raw) -> None:
    now.schemes[event.tenant, event.stream] = event.data["scheme"]


def _vintage(now: State, event: Raw) -> None:
    scheme = now.schemes[event.tenant, event.stream]
    now.vintages[event.tenant, event.stream, event.data["vintage"]] = {
        (scheme, cell["key"]): cell["value"] for cell in event.data["cells"]
    }


def _vintage_gone(now: State, event: Raw) -> None:
    del now.vintages[event.tenant, event.stream, event.data["vintage"]]


def _succeeded(now: State, event: Raw) -> None:
    now.bodies[event.tenant]["open"] = False


def _defined(now: State, event: Raw) -> None:
    now.indicators[event.tenant, event.stream] = event.data


def _counting(now: State, event: Raw) -> None:
    now.counted[event.tenant, event.stream] = event.data["counted"]


def _aligned(now: State, event: Raw) -> None:
    said = event.data
    canonical = (said["canonical"]["log"], said["canonical"]["stream"])
    now.alignments[event.tenant, event.stream] = Alignment(
        said["indicator_id"], canonical, said["grade"], said["audience"]
    )


def _unaligned(now: State, event: Raw) -> None:
    now.alignments[event.tenant, event.stream].grade = None


def _required(now: State, event: Raw) -> None:
    now.requirements[event.tenant, event.stream] = Requirement(event.tenant, event.stream, event.data)


def _exempted(now: State, event: Raw) -> None:
    period = event.data["period"]  # it may be dated before the requirement that it exempts from
    now.exempt[event.tenant, event.stream][period["start"], period["end"]] = event.data["reason"]


def _ended(now: State, event: Raw) -> None:
    now.requirements[event.tenant, event.stream].ended = event.on


def _drafted(now: State, event: Raw) -> None:
    said = event.data
    now.figures[event.tenant, event.stream] = Figure(
        tenant=event.tenant,
        stream=event.stream,
        indicator=(said["indicator"]["log"], said["indicator"]["stream"]),
        period=(said["period"]["start"], said["period"]["end"]),
        place=place_of(said["territory"]),
        cuts=tuple((cut["dimension"], cut["category"]) for cut in said["cuts"]),
        widest=said["audience"],
        stage="draft",
        work=(said["value"], said["denominator"]),
        sample=event.sample,
    )


def _restated(now: State, event: Raw) -> None:
    figure = now.figures[event.tenant, event.stream]
    figure.work = (event.data["value"], event.data["denominator"])
    figure.sample = event.sample
    if event.type != "submission.Redrafted":
        figure.stage = "submitted"


def _moved(now: State, event: Raw) -> None:
    figure = now.figures[event.tenant, event.stream]
    figure.stage = event.type.rpartition(".")[2].lower()
    figure.sample = event.sample
    if figure.stage == "published":
        figure.out, figure.out_sample = figure.work, event.sample


def _baseline(now: State, event: Raw) -> None:
    now.targets[event.tenant, event.stream] = event.data | {"measured": None, "values": {}}


def _target(now: State, event: Raw) -> None:
    period = event.data["period"]
    series = now.targets[event.tenant, event.stream]
    series["values"][period["start"], period["end"]] = event.data["value"]


def _tied(now: State, event: Raw) -> None:
    cited = event.data["indicator"]
    now.targets[event.tenant, event.stream]["measured"] = (cited["log"], cited["stream"])


def _signed(now: State, event: Raw) -> None:
    said = event.data
    mandate = event.type == "provider.Mandated"
    programme = said["service_code"] if mandate else said["programme"]["code"]
    label = said["service"]["en"] if mandate else said["programme"]["label"]["en"]
    now.agreements[event.tenant, event.stream] = Agreement(
        tenant=event.tenant,
        unit="mandate" if mandate else "agreement",
        code=programme,
        label=label,
        place=place_of(said["territory"]),
        audience=said["audience"],
        sample=event.sample,
    )


def _gone(now: State, event: Raw) -> None:
    del now.agreements[event.tenant, event.stream]


def _money(now: State, event: Raw) -> None:
    key = (event.tenant, event.stream)
    if event.type == "agreement.Signed":
        _signed(now, event)
        parts = now.money[key].parts if key in now.money else {}  # a contribution may be dated before
        now.money[key] = Record(event.tenant, event.stream, dict(event.data), event.sample, parts)
    elif event.type == "agreement.ContributionRecorded":
        record = now.money.setdefault(key, Record(event.tenant, event.stream, {}, event.sample, gone=True))
        record.parts[event.data["contribution_id"]] = event.data
    elif event.type == "agreement.Amended":
        now.money[key].data["amount"] = event.data["amount"] or now.money[key].data["amount"]
        now.money[key].sample = now.money[key].sample or event.sample
    else:
        _gone(now, event)
        now.money[key].gone = True


def _recorded(now: State, event: Raw) -> None:
    kind, _, what = event.type.partition(".")
    key = (event.tenant, event.stream)
    record = now.records[kind].get(key)
    if record is None:
        record = now.records[kind][key] = Record(event.tenant, event.stream, dict(event.data), event.sample)
    record.told = what
    match what:
        case "Withdrawn" | "Abolished":
            record.gone = True
        case "Revised":
            record.data["sorted_by"] = event.data["sorted_by"]
        case "NeedIdentified":
            record.parts[event.data["need_id"]] = event.data
        case "NeedWithdrawn":
            del record.parts[event.data["need_id"]]
        case "VersionPublished":
            record.parts[str(event.data["number"])] = event.data
        case "MemberSeated":
            record.held, record.held_until = True, _day(event.data["until"])
        case "TermEnded":
            record.held, record.held_until = False, None


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


_FOLDS = {
    "body.Opened": _opened,
    "body.CatchmentSet": _served,
    "body.Succeeded": _succeeded,
    "dataset.Registered": _dataset,
    "dataset.VintagePublished": _vintage,
    "dataset.VintageWithdrawn": _vintage_gone,
    "indicator.Defined": _defined,
    "indicator.CountingStated": _counting,
    "alignment.Aligned": _aligned,
    "alignment.Withdrawn": _unaligned,
    "requirement.Required": _required,
    "requirement.Exempted": _exempted,
    "requirement.Ended": _ended,
    "submission.Drafted": _drafted,
    "submission.Redrafted": _restated,
    "submission.Resubmitted": _restated,
    "submission.Corrected": _restated,
    "submission.Submitted": _moved,
    "submission.Returned": _moved,
    "submission.Validated": _moved,
    "submission.Approved": _moved,
    "submission.Published": _moved,
    "target.BaselineSet": _baseline,
    "target.Set": _target,
    "target.Revised": _target,
    "target.Tied": _tied,
    "agreement.Signed": _money,
    "agreement.Amended": _money,
    "agreement.ContributionRecorded": _money,
    "agreement.Terminated": _money,
    **dict.fromkeys(
        (
            *("endorsement.Recorded", "endorsement.Withdrawn"),
            *("practice.Described", "practice.Revised", "practice.Withdrawn"),
            *("study.Recorded", "study.NeedIdentified", "study.NeedWithdrawn", "study.Withdrawn"),
            *("seat.Created", "seat.MemberSeated", "seat.TermEnded", "seat.Abolished"),
            *("organisation.Registered", "theme_list.Published", "theme_list.VersionPublished"),
        ),
        _recorded,
    ),
    "provider.Mandated": _signed,
    "provider.MandateEnded": _gone,
}


def owed(requirement: Requirement, period: PeriodKey) -> date | None:
    """The last day on which a quarter's figure is on time; None where it is not owed."""
    first, start, end = requirement.data["first"]["start"], period[0], date.fromisoformat(period[1])
    if start < first or (requirement.ended is not None and not end < requirement.ended):
        return None
    return end + timedelta(days=requirement.data["due_days"])
