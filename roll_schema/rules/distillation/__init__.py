"""Rules on on-policy distillation."""
