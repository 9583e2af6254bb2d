"""The verifier as a page, and the form that downloads a pack: both work on what the reader holds."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import MediaType, Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from infra.settings import ProofSettings
from services.api.admitting import admitted_to, bearer_of
from services.api.packs import Clocks, pack_for
from services.api.requesters import shown_token
from services.audit.pack import page, page_policy
from services.bootstrap import WriteSide
from services.doors import DOORS
from services.web.places import PARTNERSHIPS

_DOOR: Final = DOORS[f"POST {PARTNERSHIPS['en']}/{{slug}}/pack"]
"""The same in both languages."""

AnyRequest = Request[Any, Any, Any]


def proof_page_routes(proof: ProofSettings) -> list[HTTPRouteHandler]:
    """The handlers of the pages about proof."""
    verifier, policy = page(), page_policy()

    @get(["/en/verification", "/fr/verification"])
    async def verification() -> Response[bytes]:
        # One page in both languages, byte for byte the one in every pack; it may open no connection.
        headers = {
            "Content-Security-Policy": f"{policy}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "Cache-Control": "public, max-age=300",
        }
        return Response(verifier, media_type=MediaType.HTML, headers=headers)

    @post([f"{base}/{{slug:str}}/pack" for base in PARTNERSHIPS.values()], status_code=200)
    async def download(request: AnyRequest, slug: FromPath[str]) -> Response[bytes]:
        write: WriteSide = request.app.state.write
        form: Mapping[str, Any] = await request.form()
        token = _text(form, "token")
        bearer = await shown_token(request.scope, write, token) if token else await bearer_of(request, write)
        _, tenant_id = await admitted_to(_DOOR, write, bearer, {"slug": slug})
        clocks = Clocks(_text(form, "effective"), _text(form, "recorded"))
        return await pack_for(write, proof, tenant_id, clocks)

    return [verification, download]


def _text(form: Mapping[str, Any], name: str) -> str:
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""
