"""A customer's tab: header and six sub-tabs."""

from csmdesk.views.customer.tab import CustomerTab

__all__ = ["CustomerTab"]
