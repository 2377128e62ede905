"""The language server: what an editor asks while a config is typed. Only `app` knows the protocol."""
