"""Runs as values, documents and words: saved, replayed, explained, made smaller."""
