"""The version, from one place."""

VERSION = "0.1.0"
