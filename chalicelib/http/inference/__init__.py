"""The Open Inference Protocol (V2, HTTP/REST): the models for clients that speak in tensors.

https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
"""
