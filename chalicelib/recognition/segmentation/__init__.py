"""Several digits in one drawing: where each of them is."""

from chalicelib.recognition.segmentation.segment import segment
from chalicelib.recognition.segmentation.sheet import Part

__all__ = ["Part", "segment"]
