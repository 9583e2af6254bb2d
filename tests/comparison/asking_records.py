"""The views of money, support, themes and seats asked of the product, in the form that is compared."""

from typing import Any, Final

from tests.comparison.asking import Product, ends, exactly
from tests.comparison.recomputed import Reader, When

_TOTAL: Final = "{ low high parts leftOut estimated provisional rounded weakestKind }"
_COVERAGE: Final = "coverage { reporting expected missing { count bodies { slug } } sample }"
FUNDING: Final = f"""query ($asOf: AsOfInput) {{ nationalFunding(asOf: $asOf) {{
  programmes {{ programme {{ code label {{ en fr }} }} agreements withoutAmount total {_TOTAL}
    notAddable {{ reason }} }}
  sources {{ source {{ en fr }} inKind contributions bodies total {_TOTAL} notAddable {{ reason }} }}
  cash {_TOTAL} inKind {_TOTAL} {_COVERAGE}
  leverage {{ cash {{ low high }} inKind {{ low high }} agreements withContributions leftOut }} }} }}"""
ENDORSEMENTS: Final = f"""query ($asOf: AsOfInput) {{ nationalEndorsements(asOf: $asOf) {{
  endorsements ofPlans kinds {{ kind endorsements bodies }} endorsers {{ kind endorsements bodies }}
  {_COVERAGE} }} }}"""
THEMES: Final = f"""query ($asOf: AsOfInput, $owner: String!, $id: UUID!) {{
  themeFrequency(asOf: $asOf, themeList: {{owner: $owner, id: $id}}) {{
    themes {{ code label {{ en }} needs practices bodies }} records unsorted {_COVERAGE} }} }}"""
SECTORS: Final = f"""query ($asOf: AsOfInput) {{ sectorCoverage(asOf: $asOf) {{
  sectors {{ code seats held bodies bodiesHeld }} seats held {_COVERAGE} }} }}"""
Answer = dict[str, Any]


async def funding(product: Product, reader: Reader, when: When) -> Answer:
    found = await product.ask(FUNDING, {}, reader, when)
    leverage = found["leverage"]
    return {
        "programmes": {
            (one["programme"]["code"], _label(one["programme"]["label"])): (
                one["agreements"],
                one["withoutAmount"],
                _total(one["total"], one["notAddable"]),
            )
            for one in found["programmes"]
        },
        "sources": {
            (_label(one["source"]), one["inKind"]): (
                one["contributions"],
                one["bodies"],
                _total(one["total"], one["notAddable"]),
            )
            for one in found["sources"]
        },
        "cash": _total(found["cash"], None),
        "inKind": _total(found["inKind"], None),
        "leverage": None
        if leverage is None
        else (
            *(ends(leverage[form]) for form in ("cash", "inKind")),
            *(leverage[name] for name in ("agreements", "withContributions", "leftOut")),
        ),
        "coverage": _coverage(found),
    }


async def endorsements(product: Product, reader: Reader, when: When) -> Answer:
    found = await product.ask(ENDORSEMENTS, {}, reader, when)
    return {
        "endorsements": found["endorsements"],
        "ofPlans": found["ofPlans"],
        "kinds": {one["kind"]: (one["endorsements"], one["bodies"]) for one in found["kinds"]},
        "endorsers": {one["kind"]: (one["endorsements"], one["bodies"]) for one in found["endorsers"]},
        "coverage": _coverage(found),
    }


async def themes(product: Product, themes_: tuple[str, str], reader: Reader, when: When) -> Answer | None:
    owner, list_id = themes_
    found = await product.ask(THEMES, {"owner": product.owners[owner], "id": list_id}, reader, when)
    if found is None:
        return None
    return {
        "themes": {
            one["code"]: (one["label"]["en"], one["needs"], one["practices"], one["bodies"])
            for one in found["themes"]
        },
        "records": found["records"],
        "unsorted": found["unsorted"],
        "coverage": _coverage(found),
    }


async def sectors(product: Product, reader: Reader, when: When) -> Answer:
    found = await product.ask(SECTORS, {}, reader, when)
    return {
        "sectors": {
            one["code"]: (one["seats"], one["held"], one["bodies"], one["bodiesHeld"]) for one in found["sectors"]
        },
        "seats": found["seats"],
        "held": found["held"],
        "coverage": _coverage(found),
    }


def _coverage(found: Answer) -> Any:
    told = found["coverage"]
    missing = told["missing"]
    slugs = [one["slug"] for one in missing["bodies"]]
    return told["reporting"], told["expected"], missing["count"], slugs, told["sample"]


def _total(total: Answer | None, refused: Answer | None) -> Any:
    if total is None:
        return None if refused is None else refused["reason"]
    flags = (total["provisional"], total["rounded"], total["weakestKind"] or "NONE")
    numbers = (exactly(total["low"]), exactly(total["high"]), total["parts"], total["leftOut"])
    return (*numbers, exactly(total["estimated"]), *flags)


def _label(text: Answer) -> tuple[str | None, str | None]:
    return (text["en"], text["fr"])
