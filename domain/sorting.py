"""What a record is sorted by: themes of one version of a list, in whichever log the list is kept."""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from domain.case import Case, Need, Reads
from domain.ids import StreamId, TenantId
from domain.theme_list import THEME_LIST, OtherList, ThemeCode, ThemeListNumberError, ThemeUnknownError


class Sorted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Themes by their codes, in the version of the list that was used."""

    theme_list: OtherList
    codes: Annotated[tuple[ThemeCode, ...], msgspec.Meta(min_length=1, max_length=30)]


def lists_of(sorted_by: Sorted | None, reads: Reads) -> Iterator[Need]:
    """The need of a rule whose command sorts a record."""
    if sorted_by is not None:
        cited = sorted_by.theme_list
        log = None if cited.log == reads.log else TenantId(cited.log)
        yield Need(THEME_LIST, StreamId(cited.theme_list_id), log)


def check_sorted(sorted_by: Sorted | None, case: Case) -> None:
    """Refuse themes that are not in the version of the list.

    Raises:
        StreamMissingError: there is no such list.
        ThemeListNumberError: the list has no such version.
        ThemeUnknownError: a theme is not in it.
    """
    if sorted_by is None:
        return
    cited = sorted_by.theme_list
    log = None if cited.log == case.tenant_id else TenantId(cited.log)
    versions = case.state(THEME_LIST, StreamId(cited.theme_list_id), log).versions
    if cited.number > len(versions):
        raise ThemeListNumberError(number=cited.number, last=len(versions))
    for code in sorted_by.codes:
        if code not in versions[cited.number - 1]:
            raise ThemeUnknownError(theme=code)
