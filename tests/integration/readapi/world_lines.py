"""How the bodies of the read API's tests say what they record: lines of an import, with ids of their own."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from services.importing import Entry, read_line

ROOT = UUID("6a0f1f0e-6d54-5c1e-9a39-0d6a1f1f9d10")
ALIKE = ("alpha", "beta")
IRCC = "58d0df01-a02b-5a0f-b41f-4625bc02d1e0"
TERRITORY = {"scheme": "qc-region", "code": "01", "name": {"fr": "Bas-Saint-Laurent", "source": "fr"}}


def uid(slug: str, name: str) -> UUID:
    """The id of something of a body, the same in every run."""
    return uuid5(ROOT, f"{slug}/{name}")


@dataclass
class Lines:
    """Lines about one body, each a year or so after the one before where that matters."""

    slug: str
    count: int = 0

    def line(
        self, command: str, on: str, data: dict[str, Any], *, body: str | None = None, **around: Any
    ) -> Entry:
        """One line; `around` it, an authority or a source of its own."""
        self.count += 1
        raw = {
            "body": body or self.slug,
            "command": command,
            "id": str(uid(self.slug, f"line {self.count}")),
            "effective_on": on,
            "authority": {"kind": "none", "reason": "not_required"},
            "lang": "fr",
            "sample": True,
            "data": data,
            **around,
        }
        return read_line("world", self.count, json.dumps(raw).encode())

    def id(self, name: str) -> str:
        return str(uid(self.slug, name))


def both(text: str) -> dict[str, str]:
    return {"fr": f"{text} (fr)", "en": f"{text} (en)", "source": "fr"}
