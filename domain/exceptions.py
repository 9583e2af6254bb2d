"""Exceptions: what an auditor looks for, by kind, each in words in both languages.

An exception judges nobody. It says that something in a log departs from a rule that one would expect to be kept,
and which events tell so. What is found is worked out from what was recorded, on both clocks; nothing is stored.
"""

from datetime import date
from typing import Final, Literal, get_args

import msgspec

from domain.committee.terms import Terms
from domain.values import LocalizedText, both
from domain.verdict import Call, QuorumVerdict
from domain.verdict.quorum import rejudged
from domain.verdict.words import NBSP

Kind = Literal[
    "revision_without_authority",
    "decision_without_quorum",
    "approval_by_submitter",
    "value_changed_after_publication",
    "late_submission",
    "orphan_target",
    "broken_cadence",
    "alignment_withdrawn_after_use",
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
Orphaned = Literal["indicator_withdrawn", "nothing_served", "parent_withdrawn"]
"""Why a target hangs on nothing: its indicator left the plan, it never served a parent plan, or what it served
left that one."""


def _text(en: str, fr: str) -> LocalizedText:
    return both(en=en, fr=fr, source="en")


TITLES: Final[dict[Kind, LocalizedText]] = {
    "revision_without_authority": _text("Revision without authority", "Révision sans autorité"),
    "decision_without_quorum": _text("Decision without quorum", "Décision sans quorum"),
    "approval_by_submitter": _text("Approval by whoever submitted", "Approbation par la personne qui a soumis"),
    "value_changed_after_publication": _text(
        "Value changed after publication", "Valeur modifiée après publication"
    ),
    "late_submission": _text("Late submission", "Valeur soumise en retard"),
    "orphan_target": _text("Orphan target", "Cible orpheline"),
    "broken_cadence": _text("Cadence not kept", "Cadence non respectée"),
    "alignment_withdrawn_after_use": _text(
        "Alignment withdrawn after figures rested on it", "Concordance retirée après usage"
    ),
}
_REASONS: Final[dict[str, tuple[str, str]]] = {
    "not_required": ("it is said that none is required", "aucune ne serait requise"),
    "not_given": ("none was given", "aucune n’est indiquée"),
    "not_stated_in_source": ("the source states none", "la source n’en mentionne aucune"),
    "delegated": ("it is said to be delegated", "elle serait déléguée"),
    "correction": ("it is said to be a correction", "il s’agirait d’une correction"),
    "migration": ("it came with a migration", "elle provient d’une migration"),
}


def without_authority(reason: str | None) -> LocalizedText:
    """A revision for which no authority is recorded, with the reason that the envelope gives."""
    en, fr = _REASONS.get(reason or "", ("no reason is given", "aucun motif n’est donné"))
    return _text(
        f"No authority is recorded for the revision: {en}.", f"La révision n’invoque aucune autorité{NBSP}: {fr}."
    )


def authority_not_in_force(on: date) -> LocalizedText:
    """A revision by a decision that did not hold on the day."""
    return _text(
        f"The decision that the revision cites was not in force on {on}.",
        f"La décision que la révision invoque n’était pas en vigueur le {on}.",
    )


def without_quorum(number: str, verdict: QuorumVerdict) -> LocalizedText:
    """A decision whose quorum was not reached when it was judged."""
    return _text(
        f"Decision {number} was recorded although there was no quorum. {verdict.words.en}.",
        f"La décision {number} a été inscrite malgré l’absence de quorum. {verdict.words.fr}.",
    )


def without_quorum_by_later_rule(number: str, version: int, verdict: QuorumVerdict) -> LocalizedText:
    """A decision whose quorum is not reached by a version of the rules that was back-dated later."""
    return _text(
        f"Decision {number} has no quorum under version {version} of the terms of reference, which was recorded "
        f"later and holds from before it. {verdict.words.en}.",
        f"La décision {number} n’a pas le quorum selon la version {version} du cadre de référence, inscrite plus "
        f"tard et applicable avant elle. {verdict.words.fr}.",
    )


def under_later_rule(verdict: QuorumVerdict, version: int, terms: Terms, call: Call) -> QuorumVerdict | None:
    """The verdict of the people who were there under another version; None where that leaves a quorum."""
    again = rejudged(verdict, version, terms.quorum, call)
    return None if again.reached else again


def by_submitter(act: Literal["validate", "approve"]) -> LocalizedText:
    """A step that another person must take."""
    if act == "validate":
        return _text(
            "Whoever submitted the figure also validated it.",
            "La personne qui a soumis la valeur l’a aussi validée.",
        )
    return _text(
        "Whoever submitted the figure also approved it.",
        "La personne qui a soumis la valeur l’a aussi approuvée.",
    )


def changed(*, counts: bool) -> LocalizedText:
    """A published figure that another one replaced, or is to replace."""
    if counts:
        return _text(
            "Another figure took the place of the one that was published.",
            "Une autre valeur a remplacé celle qui avait été publiée.",
        )
    return _text(
        "Another figure is under way to replace the one that is published, which still counts.",
        "Une autre valeur est en voie de remplacer celle qui est publiée, laquelle compte encore.",
    )


def late(due_on: date, submitted_on: date) -> LocalizedText:
    """A figure that was first submitted after its day."""
    days = (submitted_on - due_on).days
    return _text(
        f"Submitted on {submitted_on}, {days} {'day' if days == 1 else 'days'} after the last day, {due_on}.",
        f"Soumise le {submitted_on}, {days} {'jour' if days == 1 else 'jours'} après l’échéance du {due_on}.",
    )


_ORPHANED: Final[dict[Orphaned, LocalizedText]] = {
    "indicator_withdrawn": _text(
        "The indicator that the target is for was withdrawn from the plan.",
        "L’indicateur auquel la cible se rapporte a été retiré du plan.",
    ),
    "nothing_served": _text(
        "The target serves no strategic plan: neither its indicator nor anything above it is joined to an element "
        "of a parent plan, and it is tied to no indicator of another body.",
        f"La cible ne sert aucun plan stratégique{NBSP}: ni son indicateur ni rien de ce dont il relève n’est "
        "rattaché à un élément d’un plan parent, et elle n’est liée à l’indicateur d’aucun autre organisme.",
    ),
    "parent_withdrawn": _text(
        "What the target served was withdrawn from the parent plan.",
        "Ce que la cible servait a été retiré du plan parent.",
    ),
}


def orphaned(why: Orphaned) -> LocalizedText:
    """A target that hangs on nothing any more, or never did."""
    return _ORPHANED[why]


def withdrawn(figures: int) -> LocalizedText:
    """An alignment that was taken back after figures had counted by it."""
    if figures == 1:
        return _text(
            "One published figure had counted with the canonical indicator when the alignment was withdrawn.",
            "Une valeur publiée comptait avec l’indicateur canonique au retrait de la concordance.",
        )
    return _text(
        f"{figures} published figures had counted with the canonical indicator when the alignment was withdrawn.",
        f"{figures} valeurs publiées comptaient avec l’indicateur canonique au retrait de la concordance.",
    )


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a submission as far as changes of what was published go."""

    act: str
    position: int
    on: date
    figure: tuple[object, ...] | None
    """None where the step gave none."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """That a published figure was changed."""

    on: date
    positions: tuple[int, ...]
    """Of its publication, of what changed it, and of the publication of the new one where that has come."""
    counts: bool
    """Whether the new figure has taken the place of the old one."""


def changes(steps: list[Published]) -> list[Change]:
    """What was changed after publication, from all steps of one submission in their order.

    A correction that ends with the very figure that was published changed nothing.
    """
    found: list[Change] = []
    out: Published | None = None
    """The publication of the figure that counts."""
    counting: tuple[object, ...] | None = None
    now: tuple[object, ...] | None = None
    since: list[Published] = []
    for step in steps:
        now = now if step.figure is None else step.figure
        if step.act == "publish":
            if out is not None and now != counting:
                found.append(_change(out, [*since, step], counts=True))
            out, counting, since = step, now, []
        elif out is not None and step.figure is not None:
            since.append(step)
    if out is not None and now != counting:
        found.append(_change(out, since, counts=False))
    return found


def _change(out: Published, since: list[Published], *, counts: bool) -> Change:
    positions = (out.position, *(step.position for step in since))
    return Change(on=since[0].on, positions=positions, counts=counts)
