"""The backtest: earlier scores, as known on their day, against the churn that followed."""
