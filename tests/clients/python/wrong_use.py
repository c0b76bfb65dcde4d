"""What the types of the generated Python client must refuse; an ignore that is not needed fails."""

from inkling_client.models import Digit, FeedbackStrokes, RecognizePixels, RecognizeStrokes

SEVEN = [[[10.0, 10.0], [60.0, 10.0], [30.0, 90.0]]]

RecognizeStrokes(strokes="7")  # type: ignore[arg-type]  # strokes are arrays
RecognizeStrokes(strokes=SEVEN, candidates="2")  # type: ignore[arg-type]  # a number
RecognizePixels(strokes=SEVEN)  # type: ignore[call-arg]  # a drawing of another kind
FeedbackStrokes(strokes=SEVEN, label="7")  # type: ignore[call-arg]  # without consent
FeedbackStrokes(strokes=SEVEN, label=7, consent=True)  # type: ignore[arg-type]  # a string


def first_guess(digit: Digit) -> int:
    """Take the label for a number."""
    return digit.candidates[0].label  # type: ignore[return-value]  # it is a string
