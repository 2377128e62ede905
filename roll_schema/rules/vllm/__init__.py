"""Rules on vllm."""
