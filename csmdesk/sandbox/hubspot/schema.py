"""The CRM's property definitions and groups: the built-in ones and what clients create."""

from __future__ import annotations

from typing import Any

from csmdesk.sandbox.hubspot import errors
from csmdesk.sandbox.hubspot.kinds import KINDS, Kind
from csmdesk.sandbox.hubspot.values import iso, number
from csmdesk.sandbox.wire import Json

_EPOCH = iso(0)
_REQUIRED = ("name", "label", "type", "fieldType", "groupName")
_FIELD_OF_TYPE = {
    "string": "text",
    "number": "number",
    "date": "date",
    "datetime": "date",
    "enumeration": "select",
}

# (object type, property type): the properties of that type; the label is the name.
_BUILT_IN: tuple[tuple[str, str, str], ...] = (
    (
        "companies",
        "string",
        "name domain industry lifecyclestage csm_tier csm_stage success_program contract_currency "
        "account_key csm_tags account_flag hs_parent_company_id",
    ),
    ("companies", "number", "annual_contract_value hs_object_id"),
    ("companies", "date", "renewal_date csm_assigned_on"),
    ("companies", "datetime", "createdate hs_lastmodifieddate"),
    ("companies", "enumeration", "hubspot_owner_id"),
    ("contacts", "string", "firstname lastname email jobtitle hs_buying_role"),
    ("contacts", "number", "hs_object_id associatedcompanyid hs_email_bounce"),
    ("contacts", "date", "left_company_on"),
    ("contacts", "datetime", "createdate lastmodifieddate last_seen_at"),
    ("deals", "string", "dealname deal_currency_code dealstage pipeline"),
    ("deals", "number", "amount hs_object_id"),
    ("deals", "datetime", "createdate hs_lastmodifieddate closedate"),
    ("deals", "enumeration", "hubspot_owner_id"),
    (
        "tickets",
        "string",
        "subject content hs_ticket_priority hs_ticket_category hs_pipeline hs_pipeline_stage",
    ),
    ("tickets", "number", "hs_object_id csat_score"),
    (
        "tickets",
        "datetime",
        "createdate hs_lastmodifieddate first_agent_reply_date closed_date",
    ),
    ("tickets", "enumeration", "hubspot_owner_id"),
    ("emails", "string", "hs_email_direction hs_email_subject hs_email_text"),
    ("calls", "string", "hs_call_direction hs_call_disposition hs_call_title hs_call_body"),
    ("meetings", "string", "hs_meeting_outcome hs_meeting_title hs_meeting_body"),
    ("notes", "string", "hs_note_body"),
    *(
        row
        for name in ("emails", "calls", "meetings", "notes")
        for row in (
            (name, "datetime", "hs_timestamp hs_createdate hs_lastmodifieddate"),
            (name, "number", "hs_object_id"),
            (name, "enumeration", "hubspot_owner_id"),
        )
    ),
)
_READ_ONLY = frozenset({"hs_object_id", "createdate", "hs_createdate", "hs_lastmodifieddate"})


def _definition(name: str, label: str, kind: str, field: str, group: str) -> Json:
    return {
        "name": name,
        "label": label,
        "type": kind,
        "fieldType": field,
        "description": "",
        "groupName": group,
        "options": [],
        "archived": False,
        "createdAt": _EPOCH,
        "updatedAt": _EPOCH,
        "displayOrder": -1,
        "calculated": False,
        "externalOptions": False,
        "formField": False,
        "hasUniqueValue": False,
        "hidden": False,
    }


class Schema:
    """Properties and groups of every object type; creation is remembered in memory."""

    def __init__(self) -> None:
        self.properties: dict[str, dict[str, Json]] = {kind.name: {} for kind in KINDS}
        self.groups: dict[str, dict[str, Json]] = {kind.name: {} for kind in KINDS}
        for kind in KINDS:
            self._add_group(
                kind, f"{kind.name}information", f"{kind.name.capitalize()} information"
            )
        for name, type_name, names in _BUILT_IN:
            for prop in names.split():
                definition = _definition(
                    prop, prop, type_name, _FIELD_OF_TYPE[type_name], f"{name}information"
                )
                definition["hubspotDefined"] = True
                definition["modificationMetadata"] = {
                    "archivable": False,
                    "readOnlyDefinition": True,
                    "readOnlyValue": prop in _READ_ONLY,
                }
                self.properties[name][prop] = definition

    def _add_group(self, kind: Kind, name: str, label: str) -> Json:
        group = {"name": name, "label": label, "displayOrder": -1, "archived": False}
        self.groups[kind.name][name] = group
        return group

    def create_group(self, kind: Kind, body: Json) -> Json:
        name, label = body.get("name"), body.get("label")
        if not isinstance(name, str) or not name or not isinstance(label, str):
            raise errors.invalid("Property group needs a name and a label")
        if name in self.groups[kind.name]:
            raise errors.refuse(
                409, "OBJECT_ALREADY_EXISTS", f"A property group named '{name}' already exists."
            )
        return self._add_group(kind, name, label)

    def create_property(self, kind: Kind, body: Json, now: str) -> Json:
        """The new definition; 409 when the name is taken, 400 when the group is unknown."""
        missing = [key for key in _REQUIRED if not isinstance(body.get(key), str) or not body[key]]
        if missing:
            raise errors.invalid(f"Some required fields were not set: [{', '.join(missing)}]")
        name = body["name"]
        if name in self.properties[kind.name]:
            raise errors.refuse(
                409, "OBJECT_ALREADY_EXISTS", f"A property named '{name}' already exists."
            )
        if body["groupName"] not in self.groups[kind.name]:
            raise errors.invalid(f"Property group {body['groupName']} does not exist")
        definition = _definition(
            name, body["label"], body["type"], body["fieldType"], body["groupName"]
        )
        given: dict[str, Any] = {
            key: value for key, value in body.items() if key in definition and value is not None
        }
        definition |= given | {"createdAt": now, "updatedAt": now, "hubspotDefined": False}
        self.properties[kind.name][name] = definition
        return definition

    def check_values(self, kind: Kind, values: dict[str, object]) -> None:
        """Refuse unknown or read-only properties and values that do not fit their type."""
        faults = [
            fault for name, value in values.items() if (fault := self._fault(kind, name, value))
        ]
        if faults:
            names = ", ".join(fault["context"]["propertyName"][0] for fault in faults)
            raise errors.invalid(f"Property values were not valid: {names}", errors=faults)

    def _fault(self, kind: Kind, name: str, value: object) -> Json | None:
        definition = self.properties[kind.name].get(name)
        code, message = "", ""
        if definition is None:
            code, message = "PROPERTY_DOESNT_EXIST", f"Property '{name}' does not exist"
        elif name in _READ_ONLY:
            code, message = "READ_ONLY_VALUE", f"'{name}' is a read only property"
        elif not isinstance(value, str):
            code, message = "INVALID_STRING", "Property values must be strings"
        elif (
            value and definition["type"] in {"number", "date", "datetime"} and number(value) is None
        ):
            code, message = f"INVALID_{definition['type'].upper()}", f"{value} was not valid"
        elif value and definition["options"] and value not in _options(definition):
            code = "INVALID_OPTION"
            message = f"{value} was not one of the allowed options: {_options(definition)}"
        if not code:
            return None
        return {"message": message, "code": code, "context": {"propertyName": [name]}}


def _options(definition: Json) -> list[str]:
    """The values that a drop-down takes; one without options takes any (owners)."""
    return [option["value"] for option in definition["options"]]
