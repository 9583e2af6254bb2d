import re
from typing import Any, get_args

import domain.areas  # noqa: F401
from domain.document import MediaType
from domain.stream import COMMANDS
from services.api.fields import COMMANDS_FR
from services.api.openapi import openapi

DOCUMENT = openapi()
OF_TABLES = {"import", "importTemplate", "importStanding", "undoImport"}
OF_DOCUMENTS = {"uploadDocument", "downloadDocument"}
"""What moves bytes, and is no command."""
OF_ADDRESSES = {"ListAddresses", "AddAddress", "RemoveAddress"}
OF_PEOPLE = {
    "ListInvitations",
    "InvitePerson",
    "WithdrawInvitation",
    "ListMembers",
    "EndMembership",
    "ListReadings",
    "ReadPerson",
    "CorrectPerson",
}
VIEW_PATHS = (
    *("agreements", "comparison", "endorsements", "exceptions", "frozen", "funding", "portraits"),
    *("published", "registry", "sectors", "series", "themes"),
)
OF_VIEWS = {f"export{view.capitalize()}{kind}" for view in VIEW_PATHS for kind in ("Csv", "Xlsx")}
OF_STANDARDS = {"exportImpact", "exportImpactOfAll", "exportGrantsCsv", "exportGrantsXlsx", "exportDataset"}
OF_MACHINES = {"ListServiceTokens", "IssueServiceToken", "RevokeServiceToken"}
OF_CALENDARS = {"readCalendar"}
"""Read with tokens of their own; a test below says what it answers."""
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]


def all_operations() -> dict[str, Any]:
    """By method and address."""
    return {
        f"{method} {address}": operation
        for address, path in DOCUMENT["paths"].items()
        for method, operation in path.items()
    }


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for part in value.values() for found in references(part)]
    if isinstance(value, list):
        return [found for part in value for found in references(part)]
    return []


def resolved(reference: str) -> Any:
    found: Any = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def test_every_command_has_its_operation_and_no_other() -> None:
    operations = {operation["operationId"] for operation in all_operations().values()}

    assert operations == {
        *COMMANDS,
        "provision",
        *OF_TABLES,
        *OF_DOCUMENTS,
        *OF_ADDRESSES,
        *OF_PEOPLE,
        *OF_MACHINES,
        *OF_CALENDARS,
        *OF_VIEWS,
        *OF_STANDARDS,
    }
    assert set(COMMANDS_FR) == set(COMMANDS)


def test_every_field_is_described_in_both_languages() -> None:
    bare = [
        f"{name}.{field}"
        for name, schema in SCHEMAS.items()
        for field, part in schema.get("properties", {}).items()
        if field not in ("en", "fr") and not (part.get("description") and part.get("x-description-fr"))
        if not (name == "Bilingual" or (field == "data" and name.endswith("Request")))
    ]
    assert bare == []


def test_every_schema_is_described() -> None:
    assert [name for name, schema in SCHEMAS.items() if not schema.get("description")] == []


def test_every_reference_leads_somewhere() -> None:
    for reference in set(references(DOCUMENT)):
        assert resolved(reference)


def test_every_operation_is_complete() -> None:
    for address, operation in all_operations().items():
        assert operation["summary"]
        bytes_or_lists = (
            OF_DOCUMENTS | OF_ADDRESSES | OF_PEOPLE | OF_MACHINES | OF_CALENDARS | OF_VIEWS | OF_STANDARDS
        )
        if operation["operationId"] in bytes_or_lists:
            continue
        assert operation["tags"]
        if operation["operationId"] != "undoImport" and not address.startswith("get"):
            assert operation["requestBody"]["required"] is True
        statuses = {"200", "201", "400", "401", "403", "404", "409", "413", "415", "422", "429", "500", "503"}
        assert set(operation["responses"]) == statuses - ({"201"} if address.startswith("get") else set())
        parameters = [resolved(each["$ref"]) if "$ref" in each else each for each in operation["parameters"]]
        in_path = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
        assert set(re.findall(r"\{(\w+)\}", address)) == in_path
        assert all(parameter["description"] for parameter in parameters)


def test_a_request_s_data_is_the_command() -> None:
    for name in COMMANDS:
        schema = SCHEMAS[f"{name}Request"]
        assert schema["properties"]["data"]["$ref"] == f"#/components/schemas/{name}"
        assert schema["required"] == ["data"]
        assert schema["additionalProperties"] is False


def test_forms_that_only_the_log_holds_are_not_offered() -> None:
    assert set(SCHEMAS["SealedText"]["properties"]) == {"subject", "text"}


def test_the_token_is_asked_for_everywhere() -> None:
    assert DOCUMENT["security"] == [{"token": []}]
    assert DOCUMENT["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert DOCUMENT["openapi"] == "3.1.0"


def test_nothing_is_fetched_from_elsewhere() -> None:
    addresses = set(re.findall(r"https?://[^\s\"']+", str(DOCUMENT)))

    assert addresses <= {"https://spec.openapis.org/oas/3.1/dialect/base"}


def test_contents_go_in_and_come_out_by_their_media_types() -> None:
    upload = DOCUMENT["paths"]["/api/v1/partnerships/{slug}/documents"]["post"]
    download = DOCUMENT["paths"]["/api/v1/partnerships/{slug}/documents/{document_id}"]["get"]

    types = set(upload["requestBody"]["content"])
    assert types == set(download["responses"]["200"]["content"]) == set(get_args(MediaType))
    assert set(upload["responses"]) == {"201", "401", "403", "404", "413", "415", "429", "500", "503"}
    assert set(download["responses"]) == {"200", "401", "404", "410", "429", "500", "503"}
    assert download["security"] == [{}, {"token": []}]  # the public reads what is public


def test_the_calendar_is_read_with_tokens_of_its_own() -> None:
    feed = DOCUMENT["paths"]["/api/v1/partnerships/{slug}/calendar.ics"]["get"]
    assert feed["security"] == [{"calendar": []}, {"calendarHeader": []}]
    assert set(feed["responses"]["200"]["content"]) == {"text/calendar"}
    assert set(feed["responses"]) == {"200", "400", "401", "404", "422", "429", "500", "503"}


def test_views_are_given_to_the_public_and_to_bearers() -> None:
    views = {path: each["get"] for path, each in DOCUMENT["paths"].items() if path.startswith("/api/v1/views/")}

    assert sorted(views) == [f"/api/v1/views/{view}.{kind}" for view in VIEW_PATHS for kind in ("csv", "xlsx")]
    for path, view in views.items():
        assert view["security"] == [{}, {"token": []}]
        assert set(view["responses"]) == {"200", "400", "401", "403", "404", "422", "429", "500", "503"}
        (media_type,) = view["responses"]["200"]["content"]
        assert (media_type == "text/csv") == path.endswith(".csv")
        names = {each["name"] for each in view["parameters"] if "name" in each}
        assert "lang" in names
        assert ("recorded" in names) == ("frozen" not in path)  # what is frozen takes no clocks


def test_addresses_are_listed_added_and_removed() -> None:
    several = DOCUMENT["paths"]["/api/v1/partnerships/{slug}/addresses"]
    one = DOCUMENT["paths"]["/api/v1/partnerships/{slug}/addresses/{address_id}"]
    reading = {"401", "403", "404", "429", "500", "503"}
    assert set(several["get"]["responses"]) == {"200", *reading}
    assert set(several["post"]["responses"]) == {"200", "201", "400", "409", "413", "415", "422", *reading}
    assert set(one["delete"]["responses"]) == {"204", *reading}
    assert several["post"]["requestBody"]["required"] is True
    assert set(SCHEMAS["NewAddress"]["required"]) == {"email", "language", "purpose"}
