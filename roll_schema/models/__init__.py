"""What a config is: one file per section, each field with its type and its meaning."""
