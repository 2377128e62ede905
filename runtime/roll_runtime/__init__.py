"""roll-run: trains what a checked ROLL config describes, with DeepSpeed and PEFT, vLLM, and Ray."""
