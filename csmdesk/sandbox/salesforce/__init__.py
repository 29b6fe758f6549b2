"""Salesforce's REST API: SOQL queries over the CRM's objects, describe, limits, sign-in."""
