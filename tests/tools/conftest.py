"""Keeps pytest from importing the tools in search of doctests."""

collect_ignore_glob = ["*.py"]
