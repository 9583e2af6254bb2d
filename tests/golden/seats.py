"""A seat, as the examples of its events."""

from datetime import date

from domain.ids import OrganisationId
from domain.seat import events as seat
from domain.values import both
from tests.golden.committees import COUNCIL, NEWCOMERS
from tests.golden.example import CHAIR, COORDINATOR, DECISION, OFFICER, REPORT, Example, an_id, sealed

LIBRARY = seat.Represented(
    name=both(fr="Bibliothèque de la Vallée-aux-Érables", en="Maple Valley Library", source="en"),
    organisation_id=OrganisationId(an_id(71)),
)

SEATS: tuple[Example, ...] = (
    # --- a seat
    Example(
        seat.SeatCreated(
            committee_id=COUNCIL,
            number=4,
            label=both(fr="Accueil et établissement", en="Settlement services", source="en"),
            sector=NEWCOMERS,
            right="vote",
            ex_officio=False,
        ),
        date(2024, 4, 15),
        authority=DECISION,
        lang="en",
    ),
    Example(
        seat.InterestExpressed(person_id=OFFICER, represents=LIBRARY), date(2024, 5, 2), lang="en", role="member"
    ),
    Example(seat.CandidateNominated(person_id=OFFICER), date(2024, 5, 20), role="chair", actor=CHAIR, lang="en"),
    Example(
        seat.CandidateApproved(person_id=OFFICER),
        date(2024, 6, 12),
        authority=DECISION,
        role="chair",
        actor=CHAIR,
        lang="en",
    ),
    Example(
        seat.MemberSeated(person_id=OFFICER, represents=LIBRARY, until=date(2027, 6, 30)),
        date(2024, 7, 1),
        authority=DECISION,
        source=REPORT,
        lang="en",
    ),
    Example(seat.AlternateNamed(holder_id=OFFICER, person_id=CHAIR), date(2024, 7, 1), lang="en"),
    Example(
        seat.TermEnded(person_id=OFFICER, reason="organisation_left", note=sealed(OFFICER, 90)),
        date(2025, 11, 30),
    ),
    Example(seat.CandidacyClosed(person_id=COORDINATOR, outcome="withdrawn"), date(2025, 12, 15)),
    Example(seat.SeatAbolished(), date(2026, 1, 31), authority=DECISION),
)
