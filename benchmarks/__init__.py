"""What we claim about speed, runnable: `python -m benchmarks [NAME…]`. See README.md here."""
