"""What a route's path, query and body are made of: what it takes or nearly, with records of both partnerships."""

import json
import re
from collections import defaultdict
from random import Random
from typing import Any, Final
from urllib.parse import quote, urlencode
from uuid import UUID

from domain.stream import COMMANDS
from services.api.view_list import VIEWS, View
from services.tables.forms import FORMATS
from tests.integration.readapi.world import alone
from tests.isolation.canaries.marking import ID_MARK
from tests.isolation.canaries.readers import Reader
from tests.isolation.canaries.values import DAYS, MOMENTS
from tests.isolation.canaries.world import FUNDER, OURS, THEIRS, World

SLUGS: Final = (OURS, OURS, THEIRS, THEIRS, f"{THEIRS}-old", FUNDER, "commons", "direction-ouverte", "nulle-part")
_PARAMETER: Final = re.compile(r"\{(\w+):(\w+)\}")
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


class Parts:
    def __init__(self, random: Random, world: World) -> None:
        self._random = random
        self._world = world
        self.ids = sorted({id_ for found in world.records.values() for _, id_ in found})
        self._named = [*world.bait, *(id_ for id_ in self.ids if not str(id_).startswith(ID_MARK))]
        self._orders = _orders()

    def path(self, template: str) -> str:
        """With something in the place of each parameter."""
        return _PARAMETER.sub(lambda match: quote(self._parameter(match[1], match[2]), safe="/"), template)

    def key(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def address(self) -> str:
        """Of some machine: attempts of one are not counted against another's."""
        return f"10.{'.'.join(str(self._random.randrange(256)) for _ in range(3))}"

    def _parameter(self, name: str, type_: str) -> str:
        random = self._random
        match name, type_:
            case "slug", _:
                return random.choice(SLUGS)
            case "log", _:
                return str(random.choice((self._world.ours, self._world.theirs, self._world.theirs, UUID(int=7))))
            case "command", _:
                return random.choice([*self._orders, *COMMANDS, "Nothing"])
            case "table", _:
                return random.choice([*FORMATS, "nothing"])
            case "rest", _:
                return random.choice(("0/000", "0/000.p/5", "entries/000", "entries/000.p/9", "1/000", "x"))
            case _, "int":
                return str(random.choice((0, 1, 2, 40, 200, 10_000)))
            case "token", _:
                return "".join(random.choices("abcdefghijklmnopqrstuvwxyz0123456789_-", k=43))
            case ("plan_id", _) | (_, "uuid") | (_, "str") if name.endswith("_id") or type_ == "uuid":
                plans = self._world.records["plan"]
                return str(random.choice(plans)[1] if name == "plan_id" else random.choice(self.ids))
        return random.choice(("entente.css", "passkey.js", "x"))

    def query(self, template: str) -> list[tuple[str, str]]:
        random = self._random
        clocks = [("effective", random.choice(DAYS)), ("recorded", random.choice(MOMENTS))]
        given = [one for one in (*clocks, ("lang", random.choice(("fr", "en")))) if random.random() < 0.3]
        view = next((view for view in VIEWS if f"/views/{view.path}." in template), None)
        if view is not None:
            return self._view_query(view)
        if "/documents/" in template or "/plans/" in template:
            given += [(random.choice(("version", "revision", "step", "from", "to")), random.choice("12349"))]
        elif "/imports/" in template:
            given += random.choice(([("preview", "true")], [("preview", "true"), ("source", "x")], []))
        elif random.random() < 0.2:
            given += [
                ("next", random.choice(("/fr", "https://evil.example/", f"/en/partnerships/{THEIRS}/plans")))
            ]
        return given

    def _view_query(self, view: View) -> list[tuple[str, str]]:
        """What a view needs, and some of what it takes."""
        tables = {"indicator": "indicator", "list": "theme_list", "id": "frozen_comparison"}
        records = next((self._world.records[table] for name, table in tables.items() if name in view.names), [])
        owner, id_ = self._random.choice(records) if records else (THEIRS, UUID(int=7))
        dataset = self._random.choice(self._world.records["dataset"])
        values = {
            **dict.fromkeys(tables, str(id_)),
            "owner": owner,
            "partnership": self._random.choice(SLUGS),
            "period": "fiscal_year",
            "start": "2021-04-01",
            "end": "2022-03-31",
            "periods": "FISCAL_YEAR/2021-04-01/2022-03-31",
            "population": f"{dataset[0]}/{dataset[1]}/2021",
            "effective": self._random.choice(DAYS),
            "recorded": self._random.choice(MOMENTS),
            "since": self._random.choice(DAYS),
            "kind": self._random.choice(("lip", "zip")),
            "province": self._random.choice(("NB", "QC")),
            "stage": self._random.choice(("published", "submitted")),
            "by": self._random.choice(("body", "all", "province")),
            "dimension": "sex",
            "scheme": "qc-region",
            "programme": "pasi",
            "order": "name_fr",
            "measure": "commitment",
            "lang": self._random.choice(("fr", "en")),
        }
        wanted = [name for name in view.names if name in view.required or name == "owner" or self._one_in(6)]
        return [(name, values.get(name, "x")) for name in wanted]

    def _one_in(self, times: int) -> bool:
        return self._random.randrange(times) == 0

    def body(self, path: str, template: str, reader: Reader) -> tuple[bytes, str]:
        """Something that the route takes, or nearly."""
        random = self._random
        if "/commands/" in path:
            content: Any = {"data": self._order_data(path.rpartition("/")[2]), "sample": True}
            if random.random() < 0.2:
                owner = random.choice((self._world.ours, self._world.theirs))
                content["caused_by"] = {"log": str(owner), "stream": str(random.choice(self._named)), "version": 1}
            return json.dumps(content).encode(), "application/json"
        if template.endswith("/documents"):
            return f"%PDF-1.7 {random.random()}".encode(), random.choice(("application/pdf", "text/html"))
        if "/imports/" in path:
            return b"plan,objective\r\nx,y\r\n", "text/csv"
        if template.endswith(("/addresses", "/invitations")):
            email = f"p{random.randrange(10**9)}@example.org"
            content = {"email": email, "language": "fr"}
            if template.endswith("/invitations"):
                content["role"] = random.choice(("member", "chair", "operator"))
            return json.dumps(content).encode(), "application/json"
        if template.startswith(("/fr", "/en")):
            fields = {
                "form": reader.form,
                "email": "nobody@example.org",
                "password": "x",
                "again": "x",
                "code": "1",
            }
            fields |= {"id": str(random.choice(self.ids)), "effective": random.choice(DAYS), "recorded": ""}
            if random.random() < 0.8:
                return urlencode(fields).encode(), "application/x-www-form-urlencoded"
        return random.choice((b"{}", b"[]", b"{", b"null")), "application/json"

    def _order_data(self, command: str) -> Any:
        """What somebody said with the command before, with some ids exchanged, those of hidden records too."""
        known = self._orders.get(command)
        if not known:
            return {}
        text = json.dumps(self._random.choice(known))
        return json.loads(_UUID.sub(lambda match: str(self._another(match[0])), text))

    def _another(self, id_: str) -> object:
        match self._random.randrange(5):
            case 0:
                return self.key()
            case 1:
                return self._random.choice(self._named)
            case 2:
                return self._random.choice(self._world.bait)
        return id_


def _orders() -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for entry in alone(OURS):
        found[entry.line.command].append(entry.line.data)
    return dict(found)
