"""Pages that show what their reader may see: by the mechanism of every other door, and kept for nobody else."""

from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from litestar import MediaType, Request, Response

from domain.ids import TenantId
from domain.values import Language
from readapi.viewer import ANONYMOUS, Viewer
from services.api.requesters import viewer
from services.bootstrap import WriteSide
from services.identity.refusals import NoMembershipError, SecondFactorMissingError, SessionEndedError
from services.web.places import own_path, place

_DEPENDS_ON: Final = "Accept-Language, Authorization, Cookie"

AnyRequest = Request[Any, Any, Any]


class Reader(NamedTuple):
    """For whom a page is made."""

    viewer: Viewer
    body: TenantId | None
    """Whom the page is about; None where nobody has that address."""

    @property
    def member(self) -> bool:
        """Whether the page is about the very body for which they act."""
        return self.body is not None and self.viewer.belongs_to(self.body)


async def reader_of(request: AnyRequest, slug: str) -> Reader | None:
    """Who reads a page about a body; None: somebody who has to sign in anew, or to complete it, first.

    Whoever acts for no partnership reads what the public reads.

    Raises:
        TokenInvalidError: a token is shown that is not valid.
    """
    write: WriteSide = request.app.state.write
    try:
        found = await viewer(request.scope, write)
    except (SessionEndedError, SecondFactorMissingError):
        return None
    except NoMembershipError:
        found = ANONYMOUS
    return Reader(found, await write.bodies.resolve(slug))


def led_on(request: AnyRequest, language: Language) -> Response[Any]:
    """To the account's page, which knows what a session lacks and leads back here afterwards."""
    url = request.url
    here = f"{url.path}?{url.query}" if url.query else url.path
    headers = {"Location": place("account", language, next_=here), "Cache-Control": "no-store", "Vary": "Cookie"}
    return Response(b"", status_code=303, headers=headers, media_type=MediaType.TEXT)


def led_to_confirm(request: AnyRequest) -> Response[Any]:
    """To the page on which one says once more who one is, and from there back to where the act began."""
    language: Language = "fr" if request.url.path.startswith("/fr") else "en"
    came_from = urlsplit(request.headers.get("referer", ""))
    back = own_path(f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path)
    headers = {"Location": place("confirm", language, next_=back), "Cache-Control": "no-store"}
    return Response(b"", status_code=303, headers=headers, media_type=MediaType.TEXT)


def marked(answer: Response[Any], reader: Reader) -> Response[Any]:
    """The page with what caches must know: it depends on who asks, and a reader's own is kept by none."""
    answer.headers["Vary"] = _DEPENDS_ON
    if reader.viewer != ANONYMOUS:
        answer.headers["Cache-Control"] = "private, no-store"
    return answer
