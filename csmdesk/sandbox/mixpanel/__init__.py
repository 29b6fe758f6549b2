"""Mixpanel: the query API's segmentation and the raw export of events."""
