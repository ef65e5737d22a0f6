"""Runs every test of the project, stage by stage, and counts them; commands in cli.py."""
