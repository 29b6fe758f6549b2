"""HubSpot CRM, path date 2026-03."""
