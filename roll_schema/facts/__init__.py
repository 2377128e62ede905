"""What releases of ROLL, backends, models and GPUs accept."""
