"""An organisation of the commons, as the examples of its events."""

from datetime import date

from domain import organisation
from domain.ids import OrganisationId
from domain.values import both
from tests.golden.example import Example, an_id

ORGANISATIONS: tuple[Example, ...] = (
    # --- an organisation
    Example(
        organisation.OrganisationRegistered(
            name=both(fr="Bibliothèque de la Vallée", en="Valley Library", source="en"), kind="education"
        ),
        date(2012, 4, 1),
        role="operator",
        lang="en",
    ),
    Example(
        organisation.OrganisationRenamed(
            name=both(fr="Bibliothèque de la Vallée-aux-Érables", en="Maple Valley Library", source="en")
        ),
        date(2015, 9, 1),
        role="operator",
        lang="en",
    ),
    Example(organisation.ListingConsented(), date(2016, 1, 15), role="operator", lang="en"),
    Example(organisation.ListingWithdrawn(), date(2019, 1, 15), role="operator", lang="en"),
    Example(
        organisation.OrganisationMerged(into_id=OrganisationId(an_id(72))),
        date(2020, 4, 1),
        role="operator",
        lang="en",
    ),
)
