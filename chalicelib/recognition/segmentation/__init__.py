"""Several digits in one drawing: where each of them is."""

from chalicelib.recognition.segmentation.segment import Steps, segment, segment_in_steps
from chalicelib.recognition.segmentation.sheet import Part, Parting

__all__ = ["Part", "Parting", "Steps", "segment", "segment_in_steps"]
