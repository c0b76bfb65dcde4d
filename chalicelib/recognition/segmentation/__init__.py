"""Several digits in one drawing: where each of them is."""

from chalicelib.recognition.segmentation.segment import segment
from chalicelib.recognition.segmentation.sheet import Part, Parting

__all__ = ["Part", "Parting", "segment"]
