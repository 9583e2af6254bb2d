"""What decisions refuse, and what orders that cite them do."""

from dataclasses import dataclass

from domain.errors import Refusal


@dataclass(eq=False)
class CommitteeUnnamedError(Refusal):
    code = "committee_unnamed"
    en = "Say which committee decided; only an office decides without one."
    fr = "Précisez le comité qui a décidé; seul un organe administratif décide sans comité."


@dataclass(eq=False)
class MotionNotCarriedError(Refusal):
    motion_id: object
    code = "motion_not_carried"
    en = "Motion {motion_id} was not carried: nothing was decided by it."
    fr = "La proposition {motion_id} n’a pas été adoptée : elle n’a rien décidé."


@dataclass(eq=False)
class MotionPendingError(Refusal):
    motion_id: object
    code = "motion_pending"
    en = "Motion {motion_id} is not decided yet at that version of the meeting."
    fr = "La proposition {motion_id} n’est pas encore tranchée à cette version de la réunion."


@dataclass(eq=False)
class MotionIrregularError(Refusal):
    motion_id: object
    breaches: str
    code = "motion_irregular"
    en = "Motion {motion_id} broke rules when it was decided ({breaches}): nothing can rest on it as it stands."
    fr = "La proposition {motion_id} a été tranchée en contravention ({breaches}) : rien ne peut en découler."


@dataclass(eq=False)
class BeforeMotionError(Refusal):
    decided_on: object
    code = "before_motion"
    en = "The motion was decided on {decided_on}; the decision cannot be dated before it."
    fr = "La proposition a été tranchée le {decided_on}; la décision ne peut être antérieure."


@dataclass(eq=False)
class BetweenMeetingsError(Refusal):
    terms: int
    code = "between_meetings"
    en = "Version {terms} of the terms of reference does not foresee this way of deciding between meetings."
    fr = "La version {terms} du cadre de référence ne prévoit pas cette façon de décider entre les réunions."


@dataclass(eq=False)
class OpenedAfterError(Refusal):
    opened_on: object
    code = "opened_after"
    en = "The members were asked on {opened_on}, after the day of the decision."
    fr = "Les membres ont été consultés le {opened_on}, après le jour de la décision."


@dataclass(eq=False)
class AnswersTwiceError(Refusal):
    person_id: object
    code = "answers_twice"
    en = "{person_id} answers twice."
    fr = "{person_id} répond deux fois."


@dataclass(eq=False)
class NotReachedError(Refusal):
    code = "majority_not_reached"
    en = "The answers do not carry it: too few in favour, or somebody objects."
    fr = "Les réponses ne suffisent pas : trop peu d’appuis, ou une opposition."


@dataclass(eq=False)
class EffectBackwardsError(Refusal):
    holds_from: object
    holds_until: object
    code = "effect_backwards"
    en = "The decision would end ({holds_until}) before it holds ({holds_from})."
    fr = "La décision prendrait fin ({holds_until}) avant d’avoir effet ({holds_from})."


@dataclass(eq=False)
class DecisionEndedError(Refusal):
    ended_on: object
    code = "decision_ended"
    kind = "conflict"
    en = "This decision was rescinded or superseded on {ended_on}."
    fr = "Cette décision a été abrogée ou remplacée le {ended_on}."


@dataclass(eq=False)
class SupersedesItselfError(Refusal):
    code = "supersedes_itself"
    en = "A decision cannot take its own place."
    fr = "Une décision ne peut se remplacer elle-même."


@dataclass(eq=False)
class AlreadyRatifiedError(Refusal):
    ratified_on: object
    code = "already_ratified"
    kind = "conflict"
    en = "This decision was ratified on {ratified_on}."
    fr = "Cette décision a été ratifiée le {ratified_on}."


@dataclass(eq=False)
class NotADecisionError(Refusal):
    stream: object
    code = "not_a_decision"
    en = "The authority cites {stream}, which is not a decision."
    fr = "L’autorité invoquée, {stream}, n’est pas une décision."


@dataclass(eq=False)
class DecisionNotInForceError(Refusal):
    standing: str
    on: object
    code = "decision_not_in_force"
    en = "The decision that the authority cites is not in force on {on} ({standing})."
    fr = "La décision invoquée comme autorité n’est pas en vigueur le {on} ({standing})."
