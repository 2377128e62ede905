"""The models as JSON Schema and field reference."""
