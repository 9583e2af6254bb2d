"""What a content is, its bytes say."""

import io
import zipfile
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.document import MediaType
from infra.documents.content_check import ContentTypeError, checked
from services.api.documents import EXTENSIONS

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"


def packed(**entries: str) -> bytes:
    """A ZIP archive; `__` in a name stands for a slash."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/"), content)
    return body.getvalue()


def office(part: str, **more: str) -> bytes:
    return packed(**{"[Content_Types].xml": "<Types/>", part: "<x/>", **more})


GOOD: dict[str, bytes] = {
    "application/pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    DOCX: office("word__document.xml"),
    XLSX: office("xl__workbook.xml"),
    ODT: packed(mimetype=ODT),
    ODS: packed(mimetype=ODS),
    "image/png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "image/jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "text/plain": "Réunion du 12 mars\n\tà 14 h".encode(),
    "text/csv": b"\xef\xbb\xbfmois;visites\r\nmars;12\r\n",
}


def test_every_type_that_is_accepted_has_an_example_and_an_extension() -> None:
    assert set(GOOD) == set(get_args(MediaType)) == set(EXTENSIONS)


@pytest.mark.parametrize("declared", GOOD)
def test_bytes_pass_as_what_they_are_and_as_nothing_else(declared: str) -> None:
    content = checked(GOOD[declared], declared)

    assert (content.media_type, content.size_bytes) == (declared, len(GOOD[declared]))
    alike = {"text/plain", "text/csv"}  # nothing in the bytes tells these two apart
    for other in set(GOOD) - {declared} - (alike if declared in alike else set()):
        with pytest.raises(ContentTypeError):
            checked(GOOD[declared], other)


@pytest.mark.parametrize(
    "declared", ["text/html", "image/svg+xml", "application/zip", "application/javascript", ""]
)
@pytest.mark.parametrize("body", GOOD.values())
def test_a_type_that_is_not_accepted_is_refused_whatever_the_bytes(body: bytes, declared: str) -> None:
    with pytest.raises(ContentTypeError):
        checked(body, declared)


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"  \n<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<?xml version='1.0'?><html/>",
        b"\xef\xbb\xbf<HTML>",
        b"\x00\x01",
        b"caf\xe9",
        b"",
    ],
)
def test_markup_and_binary_do_not_pass_as_text(body: bytes) -> None:
    for declared in ("text/plain", "text/csv"):
        with pytest.raises(ContentTypeError):
            checked(body, declared)


@pytest.mark.parametrize(
    ("body", "declared"),
    [
        (
            office("word__document.xml", **{"word__vbaProject.bin": "x"}),
            DOCX,
        ),
        (office("word__document.xml")[:-9], DOCX),
        (packed(mimetype=ODT, Basic__script="x"), ODT),
        (packed(mimetype="application/x-other"), ODT),
        (packed(readme="x"), DOCX),
        (b"PK\x03\x04", XLSX),
    ],
)
def test_archives_with_macros_broken_or_of_something_else_are_refused(body: bytes, declared: str) -> None:
    with pytest.raises(ContentTypeError):
        checked(body, declared)


@given(
    st.binary(max_size=60), st.sampled_from([*GOOD, "text/html"]), st.sampled_from([b"", b"PK\x03\x04", b"%PDF-"])
)
def test_whatever_comes_it_is_a_content_or_refused(body: bytes, declared: str, start: bytes) -> None:
    try:
        content = checked(start + body, declared)
    except ContentTypeError:
        return
    assert content.media_type == declared
    assert content.size_bytes == len(start + body)
