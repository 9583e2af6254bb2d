"""A text of the pages in both languages."""

from typing import NamedTuple

from domain.values import Language


class Words(NamedTuple):
    en: str
    fr: str

    def in_(self, language: Language) -> str:
        return self.fr if language == "fr" else self.en
