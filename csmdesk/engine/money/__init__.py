"""Money: phases of subscriptions, exact MRR per native currency, conversion, movements."""
