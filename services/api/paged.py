"""A list with all of its pages, as one answer."""

from collections.abc import Sequence
from typing import Any, Final

from litestar import Request

from readapi.viewer import Viewer
from services.refusals.reads import ReadsUnavailableError, ViewTooLongError
from services.web.reading import read_stored

PAGE: Final = 200
ROWS_MAX: Final = 10_000
_ATTEMPTS: Final = 3

AnyRequest = Request[Any, Any, Any]


async def read_pages(
    request: AnyRequest,
    document: str,
    variables: dict[str, Any],
    viewer: Viewer,
    path: Sequence[str],
    *,
    size: int | None = None,
) -> dict[str, Any] | None:
    """The answer of a stored document, with all items of the list that stands at a path in it; None: nothing is.

    Pages are read one after the other, `size` items each. Should the list grow or shrink meanwhile,
    they are read anew.

    Raises:
        ViewTooLongError: the list has more items than a file is made of.
        ReadsUnavailableError: the list did not stand still.
    """
    for _ in range(_ATTEMPTS):
        first = await _page(request, document, variables, viewer, None, size=size)
        found = _at(first, path)
        if found is None:
            return None
        if found["totalCount"] > ROWS_MAX:
            raise ViewTooLongError(rows=found["totalCount"], maximum=ROWS_MAX)
        page = found
        while page["pageInfo"]["hasNextPage"]:
            after = page["pageInfo"]["endCursor"]
            page = _at(await _page(request, document, _pinned(variables, first), viewer, after, size=size), path)
            if page is None:
                break
            found["nodes"].extend(page["nodes"])
        if page is not None and len(found["nodes"]) == page["totalCount"]:
            return first
    raise ReadsUnavailableError


async def _page(
    request: AnyRequest,
    document: str,
    variables: dict[str, Any],
    viewer: Viewer,
    after: str | None,
    *,
    size: int | None,
) -> dict[str, Any] | None:
    asked = variables | {"first": size or PAGE} | ({} if after is None else {"after": after})
    (answer,) = (await read_stored(request, document, asked, viewer)).values()
    return answer  # type: ignore[no-any-return]  # JSON


def _at(answer: dict[str, Any] | None, path: Sequence[str]) -> Any:
    found: Any = answer
    for step in path:
        found = None if found is None else found[step]
    return found


def _pinned(variables: dict[str, Any], first: dict[str, Any] | None) -> dict[str, Any]:
    """With the day of the first page: the pages after it may be read past midnight."""
    assert first is not None
    return variables | {"asOf": variables.get("asOf", {}) | {"effective": first["asOf"]["effective"]}}
