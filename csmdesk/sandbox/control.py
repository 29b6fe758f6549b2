"""`/_sandbox`: move the world, add faults, see what was asked, edit the CRM. Tests only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol

import msgspec

from csmdesk.sandbox.authority import EVENTS, Authority
from csmdesk.sandbox.chargebee.lists import Index
from csmdesk.sandbox.faults import KINDS, Fault, FaultList
from csmdesk.sandbox.hubspot.crm import Crm
from csmdesk.sandbox.hubspot.kinds import BY_NAME
from csmdesk.sandbox.ledger import ledger
from csmdesk.sandbox.limits import Limit, Limits
from csmdesk.sandbox.state import State
from csmdesk.sandbox.timeline import Edit
from csmdesk.sandbox.wire import Request, Response, Router


class Today(msgspec.Struct):
    today: date


class Deletion(msgspec.Struct):
    id: str


class CompanyEdit(msgspec.Struct):
    id: str
    properties: dict[str, str]


class RowEdit(msgspec.Struct):
    """A row of a vendor with sign-in is changed, deleted, or merged into another."""

    system: str
    kind: str
    id: int | str
    values: dict[str, Any] = {}
    deleted: bool = False
    into: int | str | None = None


class SignInEvent(msgspec.Struct):
    system: str
    event: str
    after: int = 0


class SignedInVendor(Protocol):
    """A vendor with sign-in, whose rows can be edited."""

    authority: Authority

    def edit(self, kind: str, row_id: Any, edit: Edit) -> bool: ...


class Control:
    """The control endpoints; a `Vendor` of its own with a bearer key."""

    def __init__(
        self,
        state: State,
        faults: FaultList,
        limits: Limits,
        crm: Crm,
        bills: Index,
        signed: Mapping[str, SignedInVendor],
        key: str,
    ) -> None:
        self._signed = signed
        self._state = state
        self._faults = faults
        self._limits = limits
        self._crm = crm
        self._bills = bills
        self._key = key
        self._router = Router()
        self._router.add("GET", "/today", lambda _, __: self._today())
        self._router.add("POST", "/today", self._move)
        self._router.add("GET", "/faults", lambda _, __: Response(200, self._faults.waiting()))
        self._router.add("POST", "/faults", self._add_faults)
        self._router.add("DELETE", "/faults", self._clear_faults)
        self._router.add("POST", "/limits", self._set_limits)
        self._router.add("GET", "/requests", lambda _, __: Response(200, list(state.requests)))
        self._router.add("DELETE", "/requests", self._clear_requests)
        self._router.add("GET", "/ledger", self._ledger)
        self._router.add("POST", "/hubspot/company", self._edit_company)
        self._router.add("POST", "/rows", self._edit_row)
        self._router.add("POST", "/sign-in", self._sign_in)
        self._router.add("POST", "/rules", self._set_rules)
        self._router.add("POST", "/salesforce/currencies", self._set_currencies)
        self._router.add("POST", "/chargebee/delete", self._delete_bill)

    def handle(self, request: Request) -> Response:
        if request.bearer() != self._key:
            return self.trouble("401", None)
        found = self._router.find(request.method, request.path)
        if found is None:
            return self.trouble("404", None)
        try:
            return found[0](request, found[1])
        except (msgspec.DecodeError, ValueError) as error:
            return Response(400, {"error": str(error)})

    def trouble(self, kind: str, retry_after: float | None) -> Response:
        return Response(int(kind), {"error": f"control: {kind}", "retry_after": retry_after})

    def spoil(self, row: object) -> object:
        return row

    def _today(self) -> Response:
        return Response(200, {"today": self._state.today.isoformat()})

    def _move(self, request: Request, _: dict[str, str]) -> Response:
        self._state.move(msgspec.json.decode(request.body, type=Today).today)
        return self._today()

    def _add_faults(self, request: Request, _: dict[str, str]) -> Response:
        faults = msgspec.json.decode(request.body, type=list[Fault])
        unknown = sorted({fault.kind for fault in faults} - KINDS)
        if unknown:
            raise ValueError(f"unknown kinds of fault: {', '.join(unknown)}")
        self._faults.add(faults)
        return Response(200, self._faults.waiting())

    def _clear_faults(self, _: Request, __: dict[str, str]) -> Response:
        self._faults.clear()
        return Response(200, [])

    def _edit_row(self, request: Request, _: dict[str, str]) -> Response:
        told = msgspec.json.decode(request.body, type=RowEdit)
        at = self._state.stamp() // 1000
        edit = Edit(at, told.values, told.deleted or told.into is not None, told.into)
        if not self._signed[told.system].edit(told.kind, told.id, edit):
            return Response(404, {"error": f"no {told.kind} {told.id}"})
        return Response(200, {"at": at})

    def _sign_in(self, request: Request, _: dict[str, str]) -> Response:
        """Tokens expire or are revoked, a sign-in is denied; answers how often tokens were renewed."""
        told = msgspec.json.decode(request.body, type=SignInEvent)
        authority = self._signed[told.system].authority
        if told.event in EVENTS:
            authority.happen(told.event, told.after)
        return Response(200, {"renewals": authority.renewals})

    def _set_limits(self, request: Request, _: dict[str, str]) -> Response:
        """Enforced limits instead of those before: `{}` ends them all."""
        limits = msgspec.json.decode(request.body, type=dict[str, Limit])
        self._limits.replace(limits)
        return Response(200, limits)

    def _clear_requests(self, _: Request, __: dict[str, str]) -> Response:
        self._state.requests.clear()
        return Response(200, [])

    def _ledger(self, _: Request, __: dict[str, str]) -> Response:
        return Response(200, ledger(self._state.world))

    def _edit_company(self, request: Request, _: dict[str, str]) -> Response:
        edit = msgspec.json.decode(request.body, type=CompanyEdit)
        kind = BY_NAME["companies"]
        place = self._crm.locate(kind, edit.id)
        if place is None:
            return Response(404, {"error": f"no company {edit.id}"})
        self._crm.update(kind, edit.id, edit.properties)
        return Response(200, self._crm.render(kind, *place, list(edit.properties)))

    def _set_rules(self, request: Request, _: dict[str, str]) -> Response:
        """CRM records that nobody may write to from now on, by a validation rule of the account."""
        self._state.ruled = frozenset(msgspec.json.decode(request.body, type=list[str]))
        return Response(200, sorted(self._state.ruled))

    def _set_currencies(self, request: Request, _: dict[str, str]) -> Response:
        """Whether Salesforce tells the currency of each record from now on."""
        self._state.currency_codes = msgspec.json.decode(request.body, type=bool)
        return Response(200, self._state.currency_codes)

    def _delete_bill(self, request: Request, _: dict[str, str]) -> Response:
        """A customer, subscription or invoice of Chargebee is deleted by a person."""
        self._bills.delete(msgspec.json.decode(request.body, type=Deletion).id)
        return Response(200, [])
