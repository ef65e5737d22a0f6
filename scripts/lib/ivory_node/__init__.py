"""Assembles, starts and stops OpenSearch nodes from published artifacts (see cli.py for the commands)."""
