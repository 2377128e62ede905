"""What vLLM, DeepSpeed and PEFT themselves say of the settings that our rules judge."""
