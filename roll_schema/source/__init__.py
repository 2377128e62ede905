"""Text, places in it, the YAML tree, edits of text, and findings as values."""
