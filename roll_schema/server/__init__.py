"""The language server: problems, fixes and completion while a config is typed."""
