"""A plan as text, JSON, SVG and a page."""
