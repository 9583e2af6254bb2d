"""What is refused about documents and their contents."""

from dataclasses import dataclass

from services.refusals import DoorRefusal


@dataclass(eq=False)
class UploadTooLargeError(DoorRefusal):
    bytes_max: int
    code = "document_too_large"
    kind = "malformed"
    status = 413
    en = "The document is larger than {bytes_max} bytes."
    fr = "Le document dépasse {bytes_max} octets."


@dataclass(eq=False)
class ContentTypeRefusedError(DoorRefusal):
    code = "content_type"
    kind = "malformed"
    status = 415
    en = (
        "The bytes are not of the declared type, or of one that is not kept. Send a PDF, DOCX, XLSX, ODT, ODS, "
        "PNG, JPEG, CSV or plain-text file, without macros, with its Content-Type and uncompressed."
    )
    fr = (
        "Les octets ne sont pas du type déclaré, ou ce type n’est pas conservé. Envoyez un fichier PDF, DOCX, "
        "XLSX, ODT, ODS, PNG, JPEG, CSV ou texte brut, sans macros, avec son Content-Type et sans compression."
    )


@dataclass(eq=False)
class ContentUnknownError(DoorRefusal):
    sha256: str
    code = "content_unknown"
    en = "No content {sha256} of this size and type was uploaded for this body; upload it first."
    fr = "Aucun contenu {sha256} de cette taille et de ce type n’a été téléversé ici; téléversez-le."


@dataclass(eq=False)
class DocumentUnknownError(DoorRefusal):
    code = "document_unknown"
    kind = "not_found"
    en = "There is no such document here, or no such version, that you may read."
    fr = "Il n’y a ici aucun document, ou aucune version, de ce nom que vous puissiez lire."


@dataclass(eq=False)
class ContentErasedError(DoorRefusal):
    sha256: str
    code = "content_erased"
    kind = "not_found"
    status = 410
    en = "This content was erased. What is left of it is its hash: {sha256}."
    fr = "Ce contenu a été effacé. Il n’en reste que l’empreinte : {sha256}."


@dataclass(eq=False)
class ContentLostError(DoorRefusal):
    sha256: str
    code = "content_lost"
    status = 503
    en = "What is kept under {sha256} is missing or damaged, and is not served; an operator must restore it."
    fr = (
        "Ce qui est conservé sous {sha256} est perdu ou endommagé et n’est pas servi; un exploitant doit le "
        "rétablir."
    )
