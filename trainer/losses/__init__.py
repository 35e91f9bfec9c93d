"""Losses as pure functions, one per file; their weights live in the config."""
