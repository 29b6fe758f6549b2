"""The Customer Health Index: factors, models, exact points, caps, bands and their explanation."""
