"""What the views of money, support, themes and seats must answer, worked out from a recomputed country."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from tests.comparison import sums
from tests.comparison.expected import Views
from tests.comparison.recomputed import Record

DOLLARS = "CAD"
Label = tuple[str | None, str | None]


def funding(views: Views) -> dict[str, Any]:
    agreements = [
        one
        for one in views.now.money.values()
        if not one.gone and _seen(views, one, one.data["audience"], one.data["programme"]["code"])
    ]
    amounts = [(one, one.data["amount"]) for one in agreements]
    given = [(one, part) for one in agreements for part in one.parts.values()]
    by_programme: dict[Any, list[Any]] = defaultdict(list)
    for one, amount in amounts:
        by_programme[one.data["programme"]["code"], _label(one.data["programme"]["label"])].append(amount)
    by_source: dict[Any, list[Any]] = defaultdict(list)
    for one, part in given:
        by_source[_label(part["source"]), part["in_kind"]].append((one.tenant, part["amount"]))
    known = [(one, amount) for one, amount in amounts if amount is not None and amount["kind"] in sums.NUMBERED]
    return {
        "programmes": {
            key: (len(found), found.count(None), total(amount for amount in found if amount is not None))
            for key, found in by_programme.items()
        },
        "sources": {
            key: (len(found), len({body for body, _ in found}), total(amount for _, amount in found))
            for key, found in by_source.items()
        },
        "cash": total(part["amount"] for _, part in given if not part["in_kind"]),
        "inKind": total(part["amount"] for _, part in given if part["in_kind"]),
        "leverage": _leverage(known, len(agreements)),
        "coverage": coverage(views, agreements),
    }


def _leverage(known: list[tuple[Record, Any]], agreements: int) -> Any:
    if not known:
        return None
    base = sums.summed([amount for _, amount in known])
    ends = []
    for in_kind in (False, True):
        parts = [part["amount"] for one, _ in known for part in one.parts.values() if part["in_kind"] is in_kind]
        low, high = sums.quotient(sums.summed(parts), base)
        ends.append(sums.shown(low, high, many=1, decimals=2))
    return (*ends, len(known), sum(bool(one.parts) for one, _ in known), agreements - len(known))


def endorsements(views: Views) -> dict[str, Any]:
    records = [one for one in views.now.records["endorsement"].values() if _stands(views, one)]
    kinds = {key: one.data["kind"] for (_, key), one in views.now.records["organisation"].items()}

    def kind_of(one: Record) -> str | None:
        organisation = one.data["organisation_id"]
        return kinds.get(organisation) if organisation in views.rights.listed else None

    return {
        "endorsements": len(records),
        "ofPlans": sum(one.data["plan_id"] is not None for one in records),
        "kinds": _counted((one.data["kind"], one.tenant) for one in records),
        "endorsers": _counted((kind_of(one), one.tenant) for one in records),
        "coverage": coverage(views, records),
    }


def themes(views: Views, owner: str, list_id: str) -> dict[str, Any] | None:
    published = views.now.records["theme_list"].get((owner, list_id))
    if published is None:
        return None
    versions = [published.data, *published.parts.values()]
    labels = {theme["code"]: theme["label"]["en"] for version in versions for theme in version["themes"]}
    counts: dict[str, list[Any]] = {code: [0, 0, set()] for code in labels}
    unsorted, sorted_by_it = 0, []
    for kind, one, sorting in _uses(views):
        if sorting is None or sorting["theme_list"]["theme_list_id"] != list_id:
            unsorted += 1
            continue
        sorted_by_it.append(one)
        for code in sorting["codes"]:
            counts[code][kind] += 1
            counts[code][2].add(one.tenant)
    return {
        "themes": {
            code: (labels[code], needs, practices, len(bodies))
            for code, (needs, practices, bodies) in counts.items()
        },
        "records": len(sorted_by_it),
        "unsorted": unsorted,
        "coverage": coverage(views, sorted_by_it),
    }


def _uses(views: Views) -> Iterator[tuple[int, Record, Any]]:
    for one in views.now.records["practice"].values():
        if _stands(views, one):
            yield 1, one, one.data["sorted_by"]
    for one in views.now.records["study"].values():
        if _stands(views, one):
            for need in one.parts.values():
                yield 0, one, need["sorted_by"]


def sectors(views: Views) -> dict[str, Any]:
    seats = [
        one for one in views.now.records["seat"].values() if not one.gone and _seen(views, one, "funders", None)
    ]
    found: dict[str | None, list[Record]] = defaultdict(list)
    for one in seats:
        found[None if one.data["sector"] is None else one.data["sector"]["code"]].append(one)

    def held(records: Iterable[Record]) -> list[Record]:
        on = views.now.on
        return [one for one in records if one.held and (one.held_until is None or one.held_until >= on)]

    return {
        "sectors": {
            code: (
                len(records),
                len(held(records)),
                len({one.tenant for one in records}),
                len({one.tenant for one in held(records)}),
            )
            for code, records in found.items()
        },
        "seats": len(seats),
        "held": len(held(seats)),
        "coverage": coverage(views, seats),
    }


def _stands(views: Views, one: Record) -> bool:
    return not one.gone and _seen(views, one, one.data["audience"], None)


def _seen(views: Views, one: Record, audience: str, programme: str | None) -> bool:
    return one.tenant in views.bodies and views.rights.sees(views.reader, one.tenant, audience, programme)


def coverage(views: Views, records: Collection[Record]) -> tuple[int, int, int, list[str], int]:
    """Reporting, expected, missing, who is missing, and how many records are sample data."""
    reporting = {one.tenant for one in records}
    missing = sorted(body["slug"] for key, body in views.bodies.items() if key not in reporting)
    samples = sum(one.sample for one in records)
    return len(views.bodies) - len(missing), len(views.bodies), len(missing), missing[:200], samples


def total(values: Iterable[Any]) -> Any:
    """A sum of dollars; one that cannot be made is its reason."""
    found = list(values)
    refused = sums.refused(found, DOLLARS)
    if refused is not None:
        return refused.upper()
    summed = sums.summed(found)
    flags = (summed.estimated, summed.provisional, summed.rounded, (summed.weakest or "none").upper())
    return (summed.low, summed.high, summed.parts, summed.silent, *flags)


def _counted(pairs: Iterable[tuple[str | None, str]]) -> dict[str | None, tuple[int, int]]:
    found = list(pairs)
    counts = Counter(what for what, _ in found)
    return {
        what if what is None else what.upper(): (count, len({body for kind, body in found if kind == what}))
        for what, count in counts.items()
    }


def _label(text: dict[str, Any]) -> Label:
    return (text["en"], text["fr"])
