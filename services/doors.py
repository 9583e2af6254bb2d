"""Every door of the web application and whom it lets in. One table, read by the application and by its tests.

The application does not start with a door that has no line here. Before the handler of a door of a body runs,
`services.api.admitting` holds the request against its line; the other doors keep their rule themselves. Whatever
a rule says is tried for every role and every standing by `tests.isolation.matrix`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from domain.errors import Refusal
from services.refusals.rights import DraftsNotForRoleError, PackNotForRoleError
from services.web.places import PARTNERSHIPS, PLACES


class Rule(StrEnum):
    """Whom a door lets in."""

    OPEN = "open"
    """Everybody alike, whatever they show of who they are."""
    READER = "reader"
    """Everybody, to see what their rights let them; who they claim to be must hold."""
    BODY = "body"
    """Those who act for the body that the address names, and operators; to others there is no such body."""
    INSTANCE = "instance"
    """Operators of the instance."""
    MEMBERS = "members"
    """A page for the members of a body; it tells others that it is not for them, and not whether there is one."""
    CALENDAR = "calendar"
    """Tokens for this body's calendar alone; without a token, as `BODY`."""
    VISITOR = "visitor"
    """A page of signing in; whoever is signed in is led on."""
    HALFWAY = "halfway"
    """Whoever gave a password and owes a code of the second factor; others are led to sign in."""
    ACCOUNT = "account"
    """Whoever is signed in, to their own account; others are led to sign in."""
    SECRET = "secret"  # noqa: S105 - the name of a rule
    """Whoever holds the secret that the request carries."""


class Door(NamedTuple):
    """Whom a door lets in, and in which role."""

    rule: Rule
    actions: tuple[str, ...] = ()
    """Lines of `services.authorisation`, all of which the role must be given; none: every role of members."""
    named: str | None = None
    """The part of the address that names the action instead."""
    drafts: type[Refusal] | None = None
    """Set where all that is shown includes drafts: how members are refused who do not see them."""
    grave: str | None = None
    """A grave act that is no action of the table, see `services.authorisation.GRAVE`."""
    limited: bool = False
    """Whether it is also for members who are there for one organisation; a door that names an action asks that."""
    own_way: bool = False
    """Whether its handler reads who asks in a way of its own, and then asks `admitting` by itself."""


_PARTNERSHIP: Final = "/api/v1/partnerships/{slug}"
_VIEWS: Final = (
    *("agreements", "comparison", "endorsements", "exceptions", "frozen", "funding", "portraits"),
    *("published", "registry", "sectors", "series", "themes"),
)
ENTRIES: Final = "GET /log/{log}/tile/entries"
"""The tiles of a log that hold its entries; those of hashes are at the same address, and open."""
_API: Final[Mapping[str, Door]] = {
    "POST /api/v1/partnerships": Door(Rule.INSTANCE, ("RegisterBody", "OpenBody")),
    f"POST {_PARTNERSHIP}/commands/{{command}}": Door(Rule.BODY, named="command"),
    # Each line of a table is an order, for which the role is asked again.
    f"POST {_PARTNERSHIP}/imports/{{table}}": Door(Rule.BODY),
    f"GET {_PARTNERSHIP}/imports/{{table}}/template": Door(Rule.BODY),
    f"GET {_PARTNERSHIP}/imports/{{import_id}}": Door(Rule.BODY),
    f"POST {_PARTNERSHIP}/imports/{{import_id}}/undo": Door(Rule.BODY),
    f"POST {_PARTNERSHIP}/documents": Door(Rule.BODY, ("AttachDocument",)),
    f"GET {_PARTNERSHIP}/documents/{{document_id}}": Door(Rule.READER),
    f"GET {_PARTNERSHIP}/calendar.ics": Door(Rule.CALENDAR, limited=True, own_way=True),
    f"GET {_PARTNERSHIP}/addresses": Door(Rule.BODY, ("ListAddresses",)),
    f"POST {_PARTNERSHIP}/addresses": Door(Rule.BODY, ("AddAddress",)),
    f"DELETE {_PARTNERSHIP}/addresses/{{address_id}}": Door(Rule.BODY, ("RemoveAddress",)),
    f"GET {_PARTNERSHIP}/readings": Door(Rule.BODY, ("ListReadings",)),
    f"GET {_PARTNERSHIP}/invitations": Door(Rule.BODY, ("ListInvitations",)),
    f"POST {_PARTNERSHIP}/invitations": Door(Rule.BODY, ("InvitePerson",)),
    f"DELETE {_PARTNERSHIP}/invitations/{{invitation_id}}": Door(Rule.BODY, ("WithdrawInvitation",)),
    f"GET {_PARTNERSHIP}/members": Door(Rule.BODY, ("ListMembers",)),
    f"DELETE {_PARTNERSHIP}/members/{{membership_id}}": Door(Rule.BODY, ("EndMembership",)),
    f"GET {_PARTNERSHIP}/people/{{person_id}}": Door(Rule.BODY, ("ReadPerson",)),
    f"PUT {_PARTNERSHIP}/people/{{person_id}}": Door(Rule.BODY, ("CorrectPerson",)),
    f"GET {_PARTNERSHIP}/service-tokens": Door(Rule.BODY, ("ListServiceTokens",)),
    f"POST {_PARTNERSHIP}/service-tokens": Door(Rule.BODY, ("IssueServiceToken",)),
    f"DELETE {_PARTNERSHIP}/service-tokens/{{token_id}}": Door(Rule.BODY, ("RevokeServiceToken",)),
    **{f"GET /api/v1/views/{view}.{kind}": Door(Rule.READER) for view in _VIEWS for kind in ("csv", "xlsx")},
    f"GET {_PARTNERSHIP}/cids.jsonld": Door(Rule.READER),
    "GET /api/v1/cids.jsonld": Door(Rule.READER),
    f"GET {_PARTNERSHIP}/grants-contributions.csv": Door(Rule.READER),
    f"GET {_PARTNERSHIP}/grants-contributions.xlsx": Door(Rule.READER),
    f"GET {_PARTNERSHIP}/datasets/{{dataset_id}}/sdmx.csv": Door(Rule.READER),
    "GET /log/{log}/checkpoint": Door(Rule.OPEN),
    "GET /log/{log}/checkpoint/final": Door(Rule.OPEN),
    "GET /log/{log}/vkey": Door(Rule.OPEN),
    "GET /log/{log}/tile/{rest}": Door(Rule.OPEN),
    ENTRIES: Door(Rule.BODY, own_way=True),
    "GET /log/{log}/proof/{index}": Door(Rule.OPEN),
    "GET /log/{log}/consistency/{size}": Door(Rule.OPEN),
    "GET /log/{log}/pack": Door(Rule.BODY, drafts=PackNotForRoleError, grave="TakePack"),
    "GET /log/{log}/plans/{plan_id}/steps/{version}": Door(Rule.BODY, drafts=DraftsNotForRoleError),
    "GET /openapi.json": Door(Rule.OPEN),
    "GET /health/live": Door(Rule.OPEN),
    "GET /health/ready": Door(Rule.OPEN),
    "GET /metrics": Door(Rule.SECRET),
    "ANY /graphql": Door(Rule.READER),
}
_SITE: Final[Mapping[str, Door]] = {
    "GET /": Door(Rule.OPEN),
    "GET /en": Door(Rule.OPEN),
    "GET /fr": Door(Rule.OPEN),
    "GET /en/verification": Door(Rule.OPEN),
    "GET /fr/verification": Door(Rule.OPEN),
    "GET /static/{digest}/{name}": Door(Rule.OPEN),
    "GET /favicon.ico": Door(Rule.OPEN),
    "GET /sign-in/{name}/return": Door(Rule.SECRET),
    "GET /sign-in/{name}/signed-out": Door(Rule.OPEN),
}
_ABOUT: Final[Mapping[str, Door]] = {
    "GET plans": Door(Rule.READER),
    "GET plans/{plan_id}": Door(Rule.READER),
    "GET exceptions": Door(Rule.MEMBERS),
    "GET readings": Door(Rule.MEMBERS),
    "POST pack": Door(Rule.BODY, drafts=PackNotForRoleError, grave="TakePack", own_way=True),
}
"""Below the address of a partnership, in both languages."""
_PEOPLE: Final[Mapping[str, Door]] = {
    "GET sign_in": Door(Rule.VISITOR),
    "POST sign_in": Door(Rule.OPEN),
    "GET code": Door(Rule.HALFWAY),
    "POST code": Door(Rule.HALFWAY),
    "GET enrol": Door(Rule.ACCOUNT),
    "POST enrol": Door(Rule.ACCOUNT),
    "GET enrol_image": Door(Rule.ACCOUNT),
    "GET invitation": Door(Rule.SECRET),
    "POST invitation": Door(Rule.SECRET),
    "GET with": Door(Rule.OPEN),
    "GET forgotten": Door(Rule.OPEN),
    "POST forgotten": Door(Rule.OPEN),
    "GET password": Door(Rule.SECRET),
    "POST password": Door(Rule.SECRET),
    "GET account": Door(Rule.ACCOUNT),
    "GET own_data": Door(Rule.ACCOUNT),
    "POST contact": Door(Rule.ACCOUNT),
    "GET confirm": Door(Rule.ACCOUNT),
    "POST confirm": Door(Rule.ACCOUNT),
    "POST sign_out": Door(Rule.OPEN),
    "POST end_session": Door(Rule.ACCOUNT),
    "POST act_for": Door(Rule.ACCOUNT),
    "POST login_new": Door(Rule.ACCOUNT),
    "POST login_end": Door(Rule.ACCOUNT),
    "POST passkey": Door(Rule.OPEN),
    "POST passkey_options": Door(Rule.OPEN),
    "POST passkey_new": Door(Rule.ACCOUNT),
    "POST passkey_new_options": Door(Rule.ACCOUNT),
    "POST passkey_end": Door(Rule.ACCOUNT),
}
"""Pages of `services.web.places` by name, in both languages."""
_TYPE: Final = re.compile(r":[a-z]+\}")


def template(path: str) -> str:
    """The address of a route as the table has it: without the types of its parts."""
    return _TYPE.sub("}", path)


def _doors() -> Iterator[tuple[str, Door]]:
    yield from _API.items()
    yield from _SITE.items()
    for key, door in _ABOUT.items():
        method, _, path = key.partition(" ")
        yield from ((f"{method} {base}/{{slug}}/{path}", door) for base in PARTNERSHIPS.values())
    for key, door in _PEOPLE.items():
        method, _, name = key.partition(" ")
        yield from ((f"{method} {template(path)}", door) for path in PLACES[name])


DOORS: Final[Mapping[str, Door]] = dict(_doors())
"""By method and address; `ANY` is an application that is mounted there."""


class UndeclaredDoorError(Exception):
    """A route has no line in `services.doors`, or a line has no route; the message names them."""


def check_declared(handlers: Iterable[Sequence[str]]) -> None:
    """Compare what is served with the table: for each handler, where it stands, by method and address.

    Raises:
        UndeclaredDoorError: they differ, or a handler stands at doors with different lines. Mounts may be left
            out: not every process serves them.
    """
    known = list(handlers)
    routes = {key for keys in known for key in keys}
    undeclared = routes - DOORS.keys()
    absent = {key for key in DOORS.keys() - routes if not key.startswith("ANY ")} - {ENTRIES}
    unlike = [keys for keys in known if len({DOORS.get(key) for key in keys}) > 1]
    if undeclared or absent or unlike:
        said = [f"declare in services/doors.py who may use it: {key}" for key in sorted(undeclared)]
        said += [f"services/doors.py declares a route that is not served: {key}" for key in sorted(absent)]
        said += [f"services/doors.py has different lines for one handler: {', '.join(keys)}" for keys in unlike]
        raise UndeclaredDoorError("; ".join(said))
