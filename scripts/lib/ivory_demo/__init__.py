"""The demo: a real node, real vectors, measured recall. Run by scripts/demo."""
