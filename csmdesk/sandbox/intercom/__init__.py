"""Intercom 2.16: companies, contacts, conversations."""
