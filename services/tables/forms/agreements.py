"""Agreements, amendments, renewals and terminations: a row each, as the federal disclosure has them."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final
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
from services.tables.columns import Bilingual, Context, Plan, Planned, Row, TableFormat, column
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


AGREEMENTS: Final = TableFormat(
    name="agreements",
    title=Bilingual("Ententes", "Agreements"),
    about=Bilingual(
        "Une rangée par entente, modification, renouvellement ou résiliation. La référence relie les rangées "
        "d’une même entente; elle ne sert qu’à cela et n’est pas affichée.",
        "One row per agreement, amendment, renewal or termination. The reference joins the rows of one agreement; "
        "it serves nothing else and is not shown.",
    ),
    columns=(
        column(
            "reference",
            Bilingual("Référence", "Reference"),
            cells.text,
            Bilingual(
                "Le numéro ou le sigle par lequel vous désignez l’entente.", "The number by which you call it."
            ),
            Bilingual("Exemple : E-2024-001", "Example: A-2024-001"),
            also=(
                Bilingual("No d’entente", "Agreement number"),
                Bilingual("Numéro d’entente", "Agreement no."),
                Bilingual("Réf.", "Ref."),
            ),
            required=True,
        ),
        column(
            "act",
            Bilingual("Acte", "Act"),
            cells.choice(_ACTS),
            Bilingual(
                "Signature, modification, renouvellement ou résiliation; vide : selon le numéro de modification.",
                "Signing, amendment, renewal or termination; empty: by the amendment number.",
            ),
            Bilingual("signature", "signing"),
        ),
        column(
            "number",
            Bilingual("No de modification", "Amendment number"),
            cells.whole_number,
            Bilingual("0 ou vide : l’entente d’origine; puis 1, 2, 3.", "0 or empty: the original; then 1, 2, 3."),
            Bilingual("0", "0"),
            also=(Bilingual("Numéro de modification", "Amendment no."), Bilingual("Avenant", "Amendment")),
        ),
        column(
            "effective_on",
            Bilingual("Date d’effet", "Effective date"),
            cells.day,
            Bilingual("Le jour où l’acte prend effet.", "The day from which the act holds."),
            Bilingual("2024-04-01", "2024-04-01"),
            also=(Bilingual("En vigueur le", "Effective on"), Bilingual("Prise d’effet", "In force from")),
            required=True,
        ),
        column(
            "programme",
            Bilingual("Programme", "Programme"),
            cells.text,
            Bilingual("Le programme tel que la source le nomme.", "The programme as the source names it."),
            Bilingual("Programme d’appui aux collectivités (PAC)", "Settlement Program"),
            also=(Bilingual("Nom du programme", "Program"), Bilingual("Programme de financement", "Program name")),
        ),
        column(
            "programme_other",
            Bilingual("Programme (autre langue)", "Programme (other language)"),
            cells.text,
            Bilingual("Le même, en anglais.", "The same, in French."),
            Bilingual("", "Programme d’établissement"),
        ),
        column(
            "programme_code",
            Bilingual("Code du programme", "Programme code"),
            cells.text,
            Bilingual(
                "Réunit les libellés d’un même programme; vide : le sigle entre parenthèses, sinon le libellé.",
                "Brings the labels of one programme together; empty: the letters in brackets, else the label.",
            ),
            Bilingual("pac", "settlement"),
        ),
        column(
            "programme_named",
            Bilingual("Programme nommé dans la source", "Programme named in the source"),
            cells.yes_or_no,
            Bilingual("Non : la source ne donne qu’un intertitre.", "No: the source gives only a heading."),
            Bilingual("oui", "yes"),
        ),
        column(
            "parties",
            Bilingual("Parties", "Parties"),
            cells.listed,
            Bilingual(
                "Les organismes, séparés par des points-virgules; vide : non nommés dans la source.",
                "The organisations, separated by semicolons; empty: not named in the source.",
            ),
            Bilingual("MRC d’Exemple; Ville d’Exemple", "City of Example; Example Settlement Services"),
            also=(Bilingual("Partenaires", "Partners"), Bilingual("Bénéficiaire", "Recipient")),
        ),
        column(
            "purpose",
            Bilingual("Objet", "Purpose"),
            cells.text,
            Bilingual("Ce que vise l’entente.", "What the agreement is for."),
            Bilingual("Accueil des nouveaux arrivants", "Welcoming newcomers"),
            also=(Bilingual("Description", "Description"),),
        ),
        column(
            "purpose_other",
            Bilingual("Objet (autre langue)", "Purpose (other language)"),
            cells.text,
            Bilingual("Le même, en anglais.", "The same, in French."),
            Bilingual("", ""),
        ),
        column(
            "type",
            Bilingual("Type d’entente", "Agreement type"),
            cells.choice(_TYPES),
            Bilingual(
                "Subvention, contribution, autre paiement de transfert, collaboration, non précisé.",
                "Grant, contribution, other transfer payment, collaboration, not stated.",
            ),
            Bilingual("subvention", "contribution"),
            also=(Bilingual("Type", "Type"),),
        ),
        column(
            "signed",
            Bilingual("Date de signature", "Date signed"),
            cells.partial_date,
            Bilingual("Un jour, un mois ou une année.", "A day, a month or a year."),
            Bilingual("2024-03", "2024-03"),
            also=(Bilingual("Signée le", "Signed on"),),
        ),
        column(
            "start",
            Bilingual("Début", "Start"),
            cells.partial_date,
            Bilingual("Début de la durée : jour, mois ou année.", "Where the term begins: day, month or year."),
            Bilingual("2024-04", "2024-04"),
            also=(Bilingual("Date de début", "Start date"),),
        ),
        column(
            "end",
            Bilingual("Fin", "End"),
            cells.partial_date,
            Bilingual("Fin de la durée; vide : ouverte.", "Where the term ends; empty: open."),
            Bilingual("2027-03", "2027-03"),
            also=(Bilingual("Date de fin", "End date"),),
        ),
        column(
            "amount",
            Bilingual("Montant ($)", "Amount ($)"),
            cells.figure("CAD"),
            Bilingual(
                "Le montant total à partir de cette rangée : 125 000, « au moins 4,5 M$ », « s. o. ».",
                "The total amount as of this row: 125,000, “at least 4.5 million”, “not applicable”.",
            ),
            Bilingual("125 000", "125,000"),
            also=(Bilingual("Montant", "Amount"), Bilingual("Valeur de l’entente", "Agreement value")),
        ),
        column(
            "territory",
            Bilingual("Territoire", "Territory"),
            cells.territory,
            Bilingual(
                "Région du Québec, ou code : sgc-cd:3506, sgc-csd:…, mrc:…",
                "A region of Québec, or a code: sgc-cd:3506, sgc-csd:…, mrc:…",
            ),
            Bilingual("Bas-Saint-Laurent", "sgc-cd:3506"),
            also=(Bilingual("Région", "Region"), Bilingual("Région administrative", "Administrative region")),
        ),
        column(
            "tags",
            Bilingual("Étiquettes", "Tags"),
            cells.tags,
            Bilingual("Séparées par des points-virgules : accueil; emploi.", "Separated by semicolons."),
            Bilingual("accueil", "welcome"),
        ),
        column(
            "audience",
            Bilingual("Visible par", "Visible to"),
            cells.choice(_AUDIENCES),
            Bilingual(
                "Brouillon, partenariat, bailleurs de fonds (par défaut) ou public.",
                "Draft, partnership, funders (by default) or public.",
            ),
            Bilingual("bailleurs de fonds", "funders"),
            also=(Bilingual("Public visé", "Audience"),),
        ),
    ),
    understand=_understand,
)
