"""Builds the plugin: finds or installs the tools, runs cargo and Gradle; commands in cli.py."""
