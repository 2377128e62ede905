"""YAML text with exact positions: the tree, edits of the text, and findings as values."""
