"""Assembles, starts and stops OpenSearch nodes from published artifacts; commands in cli.py."""
