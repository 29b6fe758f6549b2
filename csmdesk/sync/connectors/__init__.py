"""The systems that can be read: one folder and one line each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from csmdesk.domain.settings import Source
from csmdesk.sync.connectors import salesforce, zendesk
from csmdesk.sync.connectors.chargebee import Chargebee
from csmdesk.sync.connectors.hubspot import HubSpot
from csmdesk.sync.connectors.intercom import Intercom
from csmdesk.sync.connectors.mixpanel import Mixpanel
from csmdesk.sync.connectors.posthog import PostHog
from csmdesk.sync.connectors.salesforce import Salesforce
from csmdesk.sync.connectors.stripe import Stripe
from csmdesk.sync.connectors.zendesk import Zendesk
from csmdesk.sync.credentials import Credentials
from csmdesk.sync.oauth.provider import Provider
from csmdesk.sync.stream import Connector

Maker: TypeAlias = Callable[[Source, Credentials], Connector]

CONNECTORS: dict[str, Maker] = {
    HubSpot.system: HubSpot,
    Salesforce.system: Salesforce,
    Stripe.system: Stripe,
    Chargebee.system: Chargebee,
    PostHog.system: PostHog,
    Mixpanel.system: Mixpanel,
    Intercom.system: Intercom,
    Zendesk.system: Zendesk,
}
SIGN_INS: dict[str, Callable[[Source], Provider]] = {
    Salesforce.system: salesforce.sign_in,
    Zendesk.system: zendesk.sign_in,
}
"""Systems that take no key: a person signs in with the browser."""
