"""What a seat refuses."""

from dataclasses import dataclass
from datetime import date

from domain.errors import Refusal


@dataclass(eq=False)
class VotingSeatsFullError(Refusal):
    seats_max: int
    code = "voting_seats_full"
    en = "The terms of reference allow {seats_max} voting seats, and all of them exist."
    fr = "Le cadre de référence prévoit {seats_max} sièges avec droit de vote, et ils existent tous."


@dataclass(eq=False)
class SectorFullError(Refusal):
    sector: str
    seats_max: int
    code = "sector_full"
    en = "The terms of reference allow {seats_max} seats for the sector {sector}, and all of them exist."
    fr = "Le cadre de référence prévoit {seats_max} sièges pour le secteur {sector}, et ils existent tous."


@dataclass(eq=False)
class SeatAbolishedError(Refusal):
    abolished_on: date
    code = "seat_abolished"
    en = "This seat was abolished on {abolished_on}."
    fr = "Ce siège a été aboli le {abolished_on}."


@dataclass(eq=False)
class SeatTakenError(Refusal):
    holder_id: object
    until: object
    code = "seat_taken"
    kind = "conflict"
    en = "This seat is held that day by {holder_id} (until: {until}); end that term first."
    fr = "Ce siège est occupé ce jour-là par {holder_id} (jusqu’au : {until}); mettez d’abord fin à ce mandat."


@dataclass(eq=False)
class SeatVacantError(Refusal):
    on: date
    code = "seat_vacant"
    en = "Nobody holds this seat on {on}."
    fr = "Personne n’occupe ce siège le {on}."


@dataclass(eq=False)
class SeatedTwiceError(Refusal):
    person_id: object
    number: int
    code = "seated_twice"
    en = "{person_id} already votes in this committee, from seat {number}."
    fr = "{person_id} vote déjà à ce comité, au siège {number}."


@dataclass(eq=False)
class SeatTermBackwardsError(Refusal):
    start: date
    end: date
    code = "term_of_office_backwards"
    en = "The term of office ends ({end}) before it starts ({start})."
    fr = "Le mandat prend fin ({end}) avant de commencer ({start})."


@dataclass(eq=False)
class TermTooLongError(Refusal):
    until: date
    latest: date
    code = "term_of_office_too_long"
    en = "Under the terms of reference this term ends by {latest}; it was given as ending on {until}."
    fr = "Selon le cadre de référence, ce mandat prend fin au plus tard le {latest}; on le fait finir le {until}."


@dataclass(eq=False)
class RenewalsError(Refusal):
    renewals_max: int
    code = "renewals_exceeded"
    en = "The terms of reference allow {renewals_max} renewals in a row; this would be one more."
    fr = "Le cadre de référence permet {renewals_max} renouvellements de suite; celui-ci en serait un de trop."


@dataclass(eq=False)
class CandidateNotApprovedError(Refusal):
    person_id: object
    stage: str
    code = "candidate_not_approved"
    en = "The candidacy of {person_id} is at the stage “{stage}”; it must be approved first."
    fr = "La candidature de {person_id} en est à l’étape « {stage} »; elle doit d’abord être approuvée."


@dataclass(eq=False)
class CandidacyStageError(Refusal):
    person_id: object
    stage: str
    code = "candidacy_stage"
    en = "The candidacy of {person_id} is at the stage “{stage}”; this step does not follow it."
    fr = "La candidature de {person_id} en est à l’étape « {stage} »; cette étape-ci ne la suit pas."


@dataclass(eq=False)
class OwnAlternateError(Refusal):
    person_id: object
    code = "own_alternate"
    en = "{person_id} holds the seat and cannot also be the alternate."
    fr = "{person_id} occupe le siège et ne peut en être aussi substitut."
