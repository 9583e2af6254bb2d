"""How members, invitations and readings are described: eight operations that record nothing in any log."""

from typing import Any, Final

from services.authorisation import ROLES_OF_COMMAND

PEOPLE_STATUSES: Final = (400, 401, 403, 404, 413, 415, 422, 500, 503)
_READING: Final = ("401", "403", "404", "429", "500", "503")
_CORRELATION: Final = {"$ref": "#/components/parameters/CorrelationId"}

_BEFORE: Final = {
    "name": "before",
    "in": "query",
    "required": False,
    "description": "Only those before this instant. · Seulement celles d’avant cet instant.",
    "schema": {"type": "string", "format": "date-time"},
}


def people_paths(slug: dict[str, Any], problems: dict[str, Any]) -> dict[str, Any]:
    """The paths of members and invitations; what every path shares comes from the whole description."""
    few = {status: answer for status, answer in problems.items() if status in _READING}
    invitation = _id("invitation_id", "The invitation. · L’invitation.")
    person = _id("person_id", "The pseudonym. · Le pseudonyme.")
    membership = _id("membership_id", "The membership. · L’appartenance.")
    return {
        "/api/v1/partnerships/{slug}/invitations": {
            "get": _operation(
                "ListInvitations",
                "Who is invited · Qui est invité",
                "Invitations that can still be accepted.",
                parameters=[slug, _CORRELATION],
                responses={"200": _json("The invitations. · Les invitations.", "InvitationList"), **few},
            ),
            "post": _operation(
                "InvitePerson",
                "Invite somebody by mail · Inviter quelqu’un par courriel",
                "The link is mailed, works once and for a week, and takes the place of earlier ones for the same "
                "address and role. Repeated, it is mailed again, as another link.",
                parameters=[slug, _CORRELATION],
                requestBody={"required": True, **_content("NewInvitation")},
                responses={"201": _json("Mailed. · Envoyée.", "OpenInvitation"), **problems},
            ),
        },
        "/api/v1/partnerships/{slug}/invitations/{invitation_id}": {
            "delete": _operation(
                "WithdrawInvitation",
                "Take an invitation back · Retirer une invitation",
                "Its link leads nowhere from then on.",
                parameters=[slug, invitation, _CORRELATION],
                responses={"204": {"description": "Withdrawn. · Retirée."}, **few},
            )
        },
        "/api/v1/partnerships/{slug}/readings": {
            "get": _operation(
                "ListReadings",
                "Who read its records from outside · Qui a consulté ses données de l’extérieur",
                "Funders' readings, each once it was answered; auditors', once their mandate is over. A question "
                "across bodies is shown to each body that had granted the reader something.",
                parameters=[slug, _BEFORE, _CORRELATION],
                responses={
                    "200": _json("The readings. · Les consultations.", "ReadingList"),
                    "400": problems["400"],
                    **few,
                },
            )
        },
        "/api/v1/partnerships/{slug}/people/{person_id}": {
            "get": _operation(
                "ReadPerson",
                "What is known of a person · Ce qu’on sait d’une personne",
                "Name and contact of whoever goes by this pseudonym in the body's log; they stand outside of it.",
                parameters=[slug, person, _CORRELATION],
                responses={"200": _json("Name and contact. · Nom et coordonnées.", "Contact"), **few},
            ),
            "put": _operation(
                "CorrectPerson",
                "Correct it · La corriger",
                "All of it anew: what is left out is not known any more. Nothing in a log changes.",
                parameters=[slug, person, _CORRELATION],
                requestBody={"required": True, **_content("Contact")},
                responses={"200": _json("As it is known now. · Tel que connu maintenant.", "Contact"), **problems},
            ),
        },
        "/api/v1/partnerships/{slug}/members": {
            "get": _operation(
                "ListMembers",
                "Who is a member · Qui est membre",
                "People with an account and what they are here.",
                parameters=[slug, _CORRELATION],
                responses={"200": _json("The members. · Les membres.", "MemberList"), **few},
            )
        },
        "/api/v1/partnerships/{slug}/members/{membership_id}": {
            "delete": _operation(
                "EndMembership",
                "End a membership · Mettre fin à une appartenance",
                "At once, for open sessions too. Whoever may invite to a role may end it.",
                parameters=[slug, membership, _CORRELATION],
                responses={"204": {"description": "Ended. · Terminée."}, **few},
            )
        },
    }


def _id(name: str, description: str) -> dict[str, Any]:
    schema = {"type": "string", "format": "uuid"}
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def _operation(name: str, summary: str, description: str, **more: Any) -> dict[str, Any]:
    roles = ", ".join(sorted(ROLES_OF_COMMAND[name]))
    said = {"operationId": name, "tags": ["body"], "summary": summary}
    return said | {"description": f"{description}\n\nRoles: {roles}.", **more}


def _content(schema: str) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}}


def _json(description: str, schema: str) -> dict[str, Any]:
    return {"description": description, **_content(schema)}
