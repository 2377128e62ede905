"""Pages of the manual that follow from the tests; `python -m tests.pages` prints them as JSON."""
