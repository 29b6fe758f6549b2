"""PostHog: the query endpoint, four shapes of HogQL, streamed."""
