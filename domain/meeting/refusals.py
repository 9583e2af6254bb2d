"""What meetings refuse. Where history is brought in, most of these are kept as breaches instead."""

from dataclasses import dataclass

from domain.errors import Refusal


@dataclass(eq=False)
class MeetingDayError(Refusal):
    starts_at: object
    holds_on: object
    code = "meeting_day"
    en = "{starts_at} is not on {holds_on} in the meeting's time zone."
    fr = "Dans le fuseau de la réunion, {starts_at} ne tombe pas le {holds_on}."


@dataclass(eq=False)
class NoticeTooLateError(Refusal):
    holds_on: object
    notice_on: object
    code = "notice_too_late"
    en = "A meeting held on {holds_on} cannot be convened on {notice_on}, which is after it."
    fr = "Une réunion tenue le {holds_on} ne peut être convoquée le {notice_on}, donc après coup."


@dataclass(eq=False)
class OtherCommitteeError(Refusal):
    meeting_id: object
    code = "meeting_of_another_committee"
    en = "Meeting {meeting_id} is another committee's."
    fr = "La réunion {meeting_id} est celle d’un autre comité."


@dataclass(eq=False)
class SecondCallError(Refusal):
    meeting_id: object
    code = "second_call"
    en = (
        "Meeting {meeting_id} cannot be called a second time: only an earlier first call that was closed without "
        "quorum can."
    )
    fr = (
        "La réunion {meeting_id} ne peut être convoquée de nouveau : il faut une première convocation, "
        "antérieure, levée faute de quorum."
    )


@dataclass(eq=False)
class MeetingNotYetError(Refusal):
    holds_on: object
    code = "meeting_not_yet"
    en = "The meeting is on {holds_on}: nothing can have happened at it before."
    fr = "La réunion a lieu le {holds_on} : rien ne peut s’y être passé avant."


@dataclass(eq=False)
class MeetingClosedError(Refusal):
    code = "meeting_closed"
    en = "This meeting is closed."
    fr = "Cette réunion est levée."


@dataclass(eq=False)
class MeetingOpenError(Refusal):
    code = "meeting_open"
    en = "This meeting is not closed yet."
    fr = "Cette réunion n’est pas encore levée."


@dataclass(eq=False)
class AgendaRepeatsError(Refusal):
    item_id: object
    code = "agenda_repeats"
    en = "The item {item_id} stands twice in this agenda."
    fr = "Le point {item_id} figure deux fois à cet ordre du jour."


@dataclass(eq=False)
class AgendaItemMissingError(Refusal):
    item_id: object
    code = "agenda_item_missing"
    kind = "not_found"
    en = "The agenda has no item {item_id}."
    fr = "L’ordre du jour n’a pas de point {item_id}."


@dataclass(eq=False)
class AttendanceCountedError(Refusal):
    code = "attendance_counted"
    en = "At a meeting that you record as it goes, note who is present; a number alone comes from a document only."
    fr = "Pour une réunion inscrite sur le vif, notez qui est présent; un nombre seul doit venir d’un document."


@dataclass(eq=False)
class MotionMissingError(Refusal):
    motion_id: object
    code = "motion_missing"
    kind = "not_found"
    en = "This meeting has no motion {motion_id}."
    fr = "Cette réunion n’a pas de proposition {motion_id}."


@dataclass(eq=False)
class MotionExistsError(Refusal):
    motion_id: object
    code = "motion_exists"
    kind = "conflict"
    en = "Motion {motion_id} was already put at this meeting."
    fr = "La proposition {motion_id} a déjà été présentée à cette réunion."


@dataclass(eq=False)
class MotionDecidedError(Refusal):
    motion_id: object
    code = "motion_decided"
    kind = "conflict"
    en = "Motion {motion_id} is decided; put another one to change it."
    fr = "La proposition {motion_id} est déjà tranchée; présentez-en une autre pour y revenir."


@dataclass(eq=False)
class MotionAskedError(Refusal):
    motion_id: object
    code = "motion_asked"
    kind = "conflict"
    en = "A ballot or consensus on motion {motion_id} is already recorded."
    fr = "Un scrutin ou un consensus est déjà inscrit pour la proposition {motion_id}."


@dataclass(eq=False)
class NotPresentError(Refusal):
    person_id: object
    code = "not_present"
    en = "{person_id} was not present at that moment."
    fr = "{person_id} n’était pas présent à ce moment."


@dataclass(eq=False)
class NotEntitledError(Refusal):
    person_id: object
    code = "not_entitled"
    en = "{person_id} had no vote on this motion: no voting seat, not in the room, or recused."
    fr = "{person_id} n’avait pas voix sur cette proposition : sans siège votant, absent ou récusé."


@dataclass(eq=False)
class VotesTwiceError(Refusal):
    person_id: object
    code = "votes_twice"
    en = "{person_id} votes twice in this ballot."
    fr = "{person_id} vote deux fois à ce scrutin."


@dataclass(eq=False)
class TooManyVotesError(Refusal):
    cast: int
    entitled: int
    code = "too_many_votes"
    en = "{cast} votes were counted, and {entitled} had one."
    fr = "On a compté {cast} voix pour {entitled} ayants droit."


@dataclass(eq=False)
class TallyDiffersError(Refusal):
    cast: int
    voted: int
    code = "tally_differs"
    en = "The tally has {cast} votes, and {voted} people voted."
    fr = "Le décompte donne {cast} voix pour {voted} votants."


@dataclass(eq=False)
class VotedAlreadyError(Refusal):
    person_id: object
    code = "voted_already"
    en = "{person_id} voted on this motion, and can no longer withdraw from it."
    fr = "{person_id} a déjà voté sur cette proposition et ne peut plus se récuser."


@dataclass(eq=False)
class NoTermsError(Refusal):
    on: object
    code = "no_terms"
    en = "No terms of reference were in force on {on}: nothing says how this committee decides."
    fr = "Aucun cadre de référence n’était en vigueur le {on} : rien ne dit comment ce comité décide."


@dataclass(eq=False)
class DeliberatesOnlyError(Refusal):
    terms: int
    code = "deliberates_only"
    en = "By version {terms} of its terms of reference, this committee deliberates and does not decide."
    fr = "Selon la version {terms} de son cadre de référence, ce comité délibère et ne décide pas."


@dataclass(eq=False)
class NoQuorumError(Refusal):
    present: int
    required: int
    terms: int
    code = "no_quorum"
    en = "No quorum: {present} voting seats present, {required} required by version {terms} of the terms."
    fr = "Pas de quorum : {present} sièges votants présents, {required} requis par la version {terms} du cadre."


@dataclass(eq=False)
class AttendanceUnknownError(Refusal):
    code = "attendance_unknown"
    en = "Nothing tells who was present, so that no quorum can be worked out."
    fr = "Rien ne dit qui était présent : le quorum ne peut être établi."


@dataclass(eq=False)
class MajorityNotStatedError(Refusal):
    terms: int
    code = "majority_not_stated"
    en = "Version {terms} of the terms of reference states no majority; decide by consensus, or adopt one first."
    fr = (
        "La version {terms} du cadre de référence n’énonce aucune majorité; décidez par consensus ou adoptez-en "
        "d’abord une."
    )


@dataclass(eq=False)
class MotionNotAskedError(Refusal):
    motion_id: object
    code = "motion_not_asked"
    en = "Neither a ballot nor consensus is recorded for motion {motion_id}."
    fr = "Ni scrutin ni consensus n’est inscrit pour la proposition {motion_id}."


@dataclass(eq=False)
class OutcomeMissingError(Refusal):
    motion_id: object
    code = "outcome_missing"
    en = "How motion {motion_id} ended cannot be worked out; give the outcome that the document states."
    fr = "L’issue de la proposition {motion_id} ne peut être établie; donnez celle qu’énonce le document."


@dataclass(eq=False)
class OutcomeDiffersError(Refusal):
    motion_id: object
    code = "outcome_differs"
    en = "The outcome given for motion {motion_id} is not the one that its votes lead to."
    fr = "L’issue donnée pour la proposition {motion_id} n’est pas celle qu’indiquent les voix."


@dataclass(eq=False)
class NoTieError(Refusal):
    code = "no_tie"
    en = "There is no tie here that a casting vote breaks."
    fr = "Il n’y a pas ici d’égalité que trancherait une voix prépondérante."


@dataclass(eq=False)
class QuorumThereError(Refusal):
    present: int
    required: int
    code = "quorum_there"
    en = "The quorum was there: {present} voting seats present, {required} required."
    fr = "Le quorum y était : {present} sièges votants présents, {required} requis."


@dataclass(eq=False)
class MinutesExistError(Refusal):
    code = "minutes_exist"
    kind = "conflict"
    en = "Minutes were already drafted; correct them instead."
    fr = "Un procès-verbal a déjà été rédigé; corrigez-le plutôt."


@dataclass(eq=False)
class MinutesMissingError(Refusal):
    code = "minutes_missing"
    kind = "not_found"
    en = "No minutes were drafted yet."
    fr = "Aucun procès-verbal n’a encore été rédigé."


@dataclass(eq=False)
class MinutesEmptyError(Refusal):
    code = "minutes_empty"
    en = "Minutes need a text in French, in English or in both."
    fr = "Le procès-verbal demande un texte en français, en anglais ou dans les deux langues."


@dataclass(eq=False)
class MinutesAdoptedError(Refusal):
    code = "minutes_adopted"
    kind = "conflict"
    en = "The minutes of this meeting are adopted; what they say stays."
    fr = "Le procès-verbal de cette réunion est adopté; ce qu’il dit demeure."


@dataclass(eq=False)
class MinutesRevisionError(Refusal):
    revision: int
    latest: int
    code = "minutes_revision"
    kind = "conflict"
    en = "Revision {revision} is not the latest: that is {latest}."
    fr = "La révision {revision} n’est pas la plus récente : c’est la {latest}."


@dataclass(eq=False)
class NoLaterMeetingError(Refusal):
    code = "no_later_meeting"
    en = "Minutes are adopted at a later meeting of the same committee; name it, and date this on its day."
    fr = (
        "Un procès-verbal s’adopte à une réunion ultérieure du même comité; nommez-la et datez cette étape de son "
        "jour."
    )
