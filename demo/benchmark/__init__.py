"""Benchmark: the shipped models beside published ones, and on a visitor's own pictures."""
