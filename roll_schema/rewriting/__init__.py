"""A config is changed: fixes applied and linted again, releases migrated, ignore comments added."""
