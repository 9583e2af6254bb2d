"""How members, invitations and readings are described: eight operations that record nothing in any log."""

from typing import Any, Final

from services.api.openapi_parts import CORRELATION, content, in_path, json, of_reading, operation

PEOPLE_STATUSES: Final = (400, 401, 403, 404, 413, 415, 422, 500, 503)

_BEFORE: Final = {
    "name": "before",
    "in": "query",
    "required": False,
    "description": "Only those before this instant. · Seulement celles d’avant cet instant.",
    "schema": {"type": "string", "format": "date-time"},
}


def people_paths(slug: dict[str, Any], problems: dict[str, Any]) -> dict[str, Any]:
    """The paths of members and invitations; what every path shares comes from the whole description."""
    few = of_reading(problems)
    invitation = in_path("invitation_id", "The invitation. · L’invitation.")
    person = in_path("person_id", "The pseudonym. · Le pseudonyme.")
    membership = in_path("membership_id", "The membership. · L’appartenance.")
    return {
        "/api/v1/partnerships/{slug}/invitations": {
            "get": operation(
                "ListInvitations",
                "Who is invited · Qui est invité",
                "Invitations that can still be accepted.",
                parameters=[slug, CORRELATION],
                responses={"200": json("The invitations. · Les invitations.", "InvitationList"), **few},
            ),
            "post": operation(
                "InvitePerson",
                "Invite somebody by mail · Inviter quelqu’un par courriel",
                "The link is mailed, works once and for a week, and takes the place of earlier ones for the same "
                "address and role. Repeated, it is mailed again, as another link.",
                parameters=[slug, CORRELATION],
                requestBody={"required": True, **content("NewInvitation")},
                responses={"201": json("Mailed. · Envoyée.", "OpenInvitation"), **problems},
            ),
        },
        "/api/v1/partnerships/{slug}/invitations/{invitation_id}": {
            "delete": operation(
                "WithdrawInvitation",
                "Take an invitation back · Retirer une invitation",
                "Its link leads nowhere from then on.",
                parameters=[slug, invitation, CORRELATION],
                responses={"204": {"description": "Withdrawn. · Retirée."}, **few},
            )
        },
        "/api/v1/partnerships/{slug}/readings": {
            "get": operation(
                "ListReadings",
                "Who read its records from outside · Qui a consulté ses données de l’extérieur",
                "Funders' readings, each once it was answered; auditors', once their mandate is over. A question "
                "across bodies is shown to each body that had granted the reader something.",
                parameters=[slug, _BEFORE, CORRELATION],
                responses={
                    "200": json("The readings. · Les consultations.", "ReadingList"),
                    "400": problems["400"],
                    **few,
                },
            )
        },
        "/api/v1/partnerships/{slug}/people/{person_id}": {
            "get": operation(
                "ReadPerson",
                "What is known of a person · Ce qu’on sait d’une personne",
                "Name and contact of whoever goes by this pseudonym in the body's log; they stand outside of it.",
                parameters=[slug, person, CORRELATION],
                responses={"200": json("Name and contact. · Nom et coordonnées.", "Contact"), **few},
            ),
            "put": operation(
                "CorrectPerson",
                "Correct it · La corriger",
                "All of it anew: what is left out is not known any more. Nothing in a log changes.",
                parameters=[slug, person, CORRELATION],
                requestBody={"required": True, **content("Contact")},
                responses={"200": json("As it is known now. · Tel que connu maintenant.", "Contact"), **problems},
            ),
        },
        "/api/v1/partnerships/{slug}/members": {
            "get": operation(
                "ListMembers",
                "Who is a member · Qui est membre",
                "People with an account and what they are here.",
                parameters=[slug, CORRELATION],
                responses={"200": json("The members. · Les membres.", "MemberList"), **few},
            )
        },
        "/api/v1/partnerships/{slug}/members/{membership_id}": {
            "delete": operation(
                "EndMembership",
                "End a membership · Mettre fin à une appartenance",
                "At once, for open sessions too. Whoever may invite to a role may end it.",
                parameters=[slug, membership, CORRELATION],
                responses={"204": {"description": "Ended. · Terminée."}, **few},
            )
        },
    }
