"""Stripe, read side, in the shape of 2026-10-28.endive and in the one before 2025-03-31."""
