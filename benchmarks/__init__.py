"""Paired ratios against baselines on the same machine and the same database; `python -m benchmarks --help`."""
