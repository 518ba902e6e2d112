"""What we claim about speed, runnable: ``python -m benchmarks`` prints one table."""
