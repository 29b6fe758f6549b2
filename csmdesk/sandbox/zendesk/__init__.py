"""Zendesk Support: organizations, users, tickets; incremental exports; sign-in."""
