"""A page for trying queries, in the demo: plain HTML and one small script of ours, nothing from elsewhere."""

import html
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Final, Literal

STATIC: Final = Path(__file__).parent / "static"
ASSETS: Final[Mapping[str, str]] = {
    "explorer.css": "text/css; charset=utf-8",
    "explorer.js": "text/javascript; charset=utf-8",
    "examples.json": "application/json; charset=utf-8",
}
"""What the page loads, with its media types; everything lies in `STATIC`."""
Language = Literal["en", "fr"]

_WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "lang": "en",
        "other": "fr",
        "other_name": "Français",
        "title": "Try the read API",
        "intro": "Everything published in the register can be read here, with both clocks. GraphQL only reads.",
        "example": "Example",
        "query": "Query",
        "variables": "Variables (JSON)",
        "run": "Run (Ctrl+Enter)",
        "result": "Result",
        "schema": "Printed schema",
        "running": "Running…",
        "done": "Answered with status",
        "failed": "No answer came. Is the service running?",
        "bad_json": "The variables are not JSON.",
        "noscript": "Without JavaScript this form shows the bare answer.",
    },
    "fr": {
        "lang": "fr",
        "other": "en",
        "other_name": "English",
        "title": "Essayer l’API de lecture",
        "intro": ("Tout ce que le registre publie se lit ici, selon les deux horloges. GraphQL ne fait que lire."),
        "example": "Exemple",
        "query": "Requête",
        "variables": "Variables (JSON)",
        "run": "Exécuter (Ctrl+Entrée)",
        "result": "Résultat",
        "schema": "Schéma imprimé",
        "running": "En cours…",
        "done": "Réponse reçue, statut",
        "failed": "Aucune réponse. Le service fonctionne-t-il?",
        "bad_json": "Les variables ne sont pas en JSON.",
        "noscript": "Sans JavaScript, ce formulaire montre la réponse brute.",
    },
}


def explorer_page(language: Language, *, endpoint: str = "/graphql", assets: str = "/graphql/static") -> str:
    """The page in a language. `assets` is the address under which `STATIC` is served."""
    words = {name: html.escape(value) for name, value in _WORDS[language].items()}
    template = Template((STATIC / "explorer.html").read_text(encoding="utf-8"))
    return template.substitute(words, endpoint=html.escape(endpoint), assets=html.escape(assets))
