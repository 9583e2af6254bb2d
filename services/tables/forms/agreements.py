"""Agreements, amendments, renewals and terminations: a row each, as the federal disclosure has them."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, Final
from uuid import uuid5

from domain.agreement import (
    AmendAgreement,
    Party,
    Programme,
    RenewAgreement,
    SignAgreement,
    Term,
    TerminateAgreement,
)
from domain.audience import Audience
from domain.ids import AgreementId
from domain.stream import Command
from domain.values import LocalizedText
from services.tables import cells
from services.tables.columns import Bilingual, Column, Context, Plan, Planned, Row, TableFormat
from services.tables.problems import TableProblem, problem
from services.tables.reading import fold

_ACTS: Final = {
    "signed": ("signature", "signing", "signée", "signed", "originale", "original"),
    "amended": ("modification", "amendment", "avenant", "modifiée", "amended"),
    "renewed": ("renouvellement", "renewal", "renouvelée", "renewed"),
    "terminated": ("résiliation", "termination", "résiliée", "terminated"),
}
_TYPES: Final = {
    "grant": ("subvention", "grant"),
    "contribution": ("contribution",),
    "other_transfer": ("autre paiement de transfert", "other transfer payment", "autre", "other"),
    "collaboration": ("collaboration",),
    "unstated": ("non précisé", "not stated"),
}
_AUDIENCES: Final = {
    "draft": ("brouillon", "draft"),
    "tenant": ("partenariat", "partnership", "membres", "members"),
    "funders": ("bailleurs de fonds", "funders", "bailleurs"),
    "public": ("public", "tous", "everyone"),
}
_OF_ACT: Final = {
    "signed": frozenset(
        {
            *("programme", "programme_other", "programme_code", "programme_named", "parties"),
            *("purpose", "purpose_other", "type", "signed", "start", "end", "amount", "territory", "tags"),
            "audience",
        }
    ),
    "amended": frozenset({"purpose", "purpose_other", "start", "end", "amount", "number"}),
    "renewed": frozenset({"start", "end"}),
    "terminated": frozenset[str](),
}
"""The columns that each kind of row has. Others may repeat what the agreement's own row said."""
_ALWAYS: Final = frozenset({"reference", "act", "number", "effective_on"})


def _understand(rows: Sequence[Row], context: Context) -> Plan:
    orders: list[Planned] = []
    problems: list[TableProblem] = []
    signed: dict[AgreementId, Row] = {}
    for row in rows:
        agreement_id = agreement_of(context, row.get("reference"))
        act = row.get("act") or ("amended" if row.get("number") else "signed")
        wrong = _strangers(row, act, signed.get(agreement_id))
        if wrong:
            problems += wrong
            continue
        if act == "signed":
            signed.setdefault(agreement_id, row)
        made = _command(row, act, agreement_id, context)
        if isinstance(made, TableProblem):
            problems.append(made)
            continue
        orders.append(Planned(place=row.place, command=made, effective_on=row.get("effective_on")))
    return Plan(orders, problems)


def agreement_of(context: Context, reference: str) -> AgreementId:
    """The agreement that a body calls by a reference: the same one in every file."""
    return AgreementId(uuid5(context.names, f"agreement/{unicodedata.normalize('NFC', reference)}"))


def _command(row: Row, act: str, agreement_id: AgreementId, context: Context) -> Command | TableProblem:
    start, end = row.get("start"), row.get("end")
    term = None if start is None and end is None else Term(start=start, end=end)
    if act == "signed":
        label = context.localized(row, "programme")
        if label is None:
            return problem(row.at("programme"), "required")
        code = row.get("programme_code") or code_of(label)
        return SignAgreement(
            agreement_id=agreement_id,
            programme=Programme(code=code, label=label, named_in_source=row.get("programme_named") is not False),
            parties=_parties(row, context),
            purpose=context.localized(row, "purpose"),
            type=row.get("type") or "unstated",
            signed=row.get("signed"),
            term=term,
            amount=row.get("amount"),
            territory=row.get("territory"),
            tags=row.get("tags") or (),
            audience=Audience(row.get("audience") or Audience.FUNDERS),
        )
    if act == "amended":
        if not row.get("number"):
            return problem(row.at("number"), "required")
        purpose = context.localized(row, "purpose")
        return AmendAgreement(
            agreement_id=agreement_id,
            number=row.get("number"),
            amount=row.get("amount"),
            term=term,
            purpose=purpose,
        )
    if act == "renewed":
        return (
            problem(row.at("end"), "required")
            if term is None
            else RenewAgreement(agreement_id=agreement_id, term=term)
        )
    return TerminateAgreement(agreement_id=agreement_id)


def _parties(row: Row, context: Context) -> tuple[Party, ...] | None:
    names = row.get("parties")
    if not names:
        return None
    return tuple(Party(name=context.text(name)) for name in names)


def code_of(label: LocalizedText) -> str:
    """The code of a programme by its label: what is in brackets at its end, else its words."""
    words = label.fr or label.en or ""
    short = re.search(r"\(([A-Za-zÀ-ÿ0-9-]{2,20})\)\s*$", words)
    return re.sub(r"[^a-z0-9]+", "-", fold(short[1] if short else words)).strip("-")[:60].rstrip("-")


def _strangers(row: Row, act: str, signed: Row | None) -> list[TableProblem]:
    """Columns that do not belong to a row of its kind and say something new."""
    problems: list[TableProblem] = []
    for name, value in row.values.items():
        if name in _OF_ACT[act] or name in _ALWAYS:
            continue
        if signed is not None and signed.get(name) == value:
            continue
        if signed is not None and name in signed.cells and signed.get(name) is not None:
            problems.append(problem(row.at(name), "differs", other=signed.cells[name].value))
        else:
            problems.append(problem(row.at(name), "does_not_belong"))
    return problems


def _b(fr: str, en: str) -> Bilingual:
    return Bilingual(fr, en)


def _column(name: str, label: Bilingual, read: Any, help_: Bilingual, example: Bilingual, **more: Any) -> Column:
    return Column(name=name, label=label, read=read, help=help_, example=example, **more)


AGREEMENTS: Final = TableFormat(
    name="agreements",
    title=_b("Ententes", "Agreements"),
    about=_b(
        "Une rangée par entente, modification, renouvellement ou résiliation. La référence relie les rangées "
        "d’une même entente; elle ne sert qu’à cela et n’est pas affichée.",
        "One row per agreement, amendment, renewal or termination. The reference joins the rows of one agreement; "
        "it serves nothing else and is not shown.",
    ),
    columns=(
        _column(
            "reference",
            _b("Référence", "Reference"),
            cells.text,
            _b("Le numéro ou le sigle par lequel vous désignez l’entente.", "The number by which you call it."),
            _b("Exemple : E-2024-001", "Example: A-2024-001"),
            also=(
                _b("No d’entente", "Agreement number"),
                _b("Numéro d’entente", "Agreement no."),
                _b("Réf.", "Ref."),
            ),
            required=True,
        ),
        _column(
            "act",
            _b("Acte", "Act"),
            cells.choice(_ACTS),
            _b(
                "Signature, modification, renouvellement ou résiliation; vide : selon le numéro de modification.",
                "Signing, amendment, renewal or termination; empty: by the amendment number.",
            ),
            _b("signature", "signing"),
        ),
        _column(
            "number",
            _b("No de modification", "Amendment number"),
            cells.whole_number,
            _b("0 ou vide : l’entente d’origine; puis 1, 2, 3.", "0 or empty: the original; then 1, 2, 3."),
            _b("0", "0"),
            also=(_b("Numéro de modification", "Amendment no."), _b("Avenant", "Amendment")),
        ),
        _column(
            "effective_on",
            _b("Date d’effet", "Effective date"),
            cells.day,
            _b("Le jour où l’acte prend effet.", "The day from which the act holds."),
            _b("2024-04-01", "2024-04-01"),
            also=(_b("En vigueur le", "Effective on"), _b("Prise d’effet", "In force from")),
            required=True,
        ),
        _column(
            "programme",
            _b("Programme", "Programme"),
            cells.text,
            _b("Le programme tel que la source le nomme.", "The programme as the source names it."),
            _b("Programme d’appui aux collectivités (PAC)", "Settlement Program"),
            also=(_b("Nom du programme", "Program"), _b("Programme de financement", "Program name")),
        ),
        _column(
            "programme_other",
            _b("Programme (autre langue)", "Programme (other language)"),
            cells.text,
            _b("Le même, en anglais.", "The same, in French."),
            _b("", "Programme d’établissement"),
        ),
        _column(
            "programme_code",
            _b("Code du programme", "Programme code"),
            cells.text,
            _b(
                "Réunit les libellés d’un même programme; vide : le sigle entre parenthèses, sinon le libellé.",
                "Brings the labels of one programme together; empty: the letters in brackets, else the label.",
            ),
            _b("pac", "settlement"),
        ),
        _column(
            "programme_named",
            _b("Programme nommé dans la source", "Programme named in the source"),
            cells.yes_or_no,
            _b("Non : la source ne donne qu’un intertitre.", "No: the source gives only a heading."),
            _b("oui", "yes"),
        ),
        _column(
            "parties",
            _b("Parties", "Parties"),
            cells.listed,
            _b(
                "Les organismes, séparés par des points-virgules; vide : non nommés dans la source.",
                "The organisations, separated by semicolons; empty: not named in the source.",
            ),
            _b("MRC d’Exemple; Ville d’Exemple", "City of Example; Example Settlement Services"),
            also=(_b("Partenaires", "Partners"), _b("Bénéficiaire", "Recipient")),
        ),
        _column(
            "purpose",
            _b("Objet", "Purpose"),
            cells.text,
            _b("Ce que vise l’entente.", "What the agreement is for."),
            _b("Accueil des nouveaux arrivants", "Welcoming newcomers"),
            also=(_b("Description", "Description"),),
        ),
        _column(
            "purpose_other",
            _b("Objet (autre langue)", "Purpose (other language)"),
            cells.text,
            _b("Le même, en anglais.", "The same, in French."),
            _b("", ""),
        ),
        _column(
            "type",
            _b("Type d’entente", "Agreement type"),
            cells.choice(_TYPES),
            _b(
                "Subvention, contribution, autre paiement de transfert, collaboration, non précisé.",
                "Grant, contribution, other transfer payment, collaboration, not stated.",
            ),
            _b("subvention", "contribution"),
            also=(_b("Type", "Type"),),
        ),
        _column(
            "signed",
            _b("Date de signature", "Date signed"),
            cells.partial_date,
            _b("Un jour, un mois ou une année.", "A day, a month or a year."),
            _b("2024-03", "2024-03"),
            also=(_b("Signée le", "Signed on"),),
        ),
        _column(
            "start",
            _b("Début", "Start"),
            cells.partial_date,
            _b("Début de la durée : jour, mois ou année.", "Where the term begins: day, month or year."),
            _b("2024-04", "2024-04"),
            also=(_b("Date de début", "Start date"),),
        ),
        _column(
            "end",
            _b("Fin", "End"),
            cells.partial_date,
            _b("Fin de la durée; vide : ouverte.", "Where the term ends; empty: open."),
            _b("2027-03", "2027-03"),
            also=(_b("Date de fin", "End date"),),
        ),
        _column(
            "amount",
            _b("Montant ($)", "Amount ($)"),
            cells.figure("CAD"),
            _b(
                "Le montant total à partir de cette rangée : 125 000, « au moins 4,5 M$ », « s. o. ».",
                "The total amount as of this row: 125,000, “at least 4.5 million”, “not applicable”.",
            ),
            _b("125 000", "125,000"),
            also=(_b("Montant", "Amount"), _b("Valeur de l’entente", "Agreement value")),
        ),
        _column(
            "territory",
            _b("Territoire", "Territory"),
            cells.territory,
            _b(
                "Région du Québec, ou code : sgc-cd:3506, sgc-csd:…, mrc:…",
                "A region of Québec, or a code: sgc-cd:3506, sgc-csd:…, mrc:…",
            ),
            _b("Bas-Saint-Laurent", "sgc-cd:3506"),
            also=(_b("Région", "Region"), _b("Région administrative", "Administrative region")),
        ),
        _column(
            "tags",
            _b("Étiquettes", "Tags"),
            cells.tags,
            _b("Séparées par des points-virgules : accueil; emploi.", "Separated by semicolons."),
            _b("accueil", "welcome"),
        ),
        _column(
            "audience",
            _b("Visible par", "Visible to"),
            cells.choice(_AUDIENCES),
            _b(
                "Brouillon, partenariat, bailleurs de fonds (par défaut) ou public.",
                "Draft, partnership, funders (by default) or public.",
            ),
            _b("bailleurs de fonds", "funders"),
            also=(_b("Public visé", "Audience"),),
        ),
    ),
    understand=_understand,
)
