"""Fuzzing, and the core's tests under sanitizers and Miri."""
