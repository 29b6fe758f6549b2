"""Chargebee, read side: Product Catalog 2.0, and 1.0 for sites that still have plans and add-ons."""
