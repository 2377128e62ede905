"""`python -m roll_schema` is `roll-lint`."""

from roll_schema.cli import main

main()
