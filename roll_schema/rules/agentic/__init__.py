"""Rules on agentic pipelines."""
