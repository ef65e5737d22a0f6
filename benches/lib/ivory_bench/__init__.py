"""Benches: Ivory beside its peer in a node, and its core beside other libraries."""
