"""The engines that generate answers: `vllm`, or plain transformers as `hf_infer`."""
