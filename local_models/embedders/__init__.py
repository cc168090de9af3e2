"""Turning text into vectors: a child process of role `embed`, and what the parent knows of it without torch."""
