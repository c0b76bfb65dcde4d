"""Every limit that a caller can run into, in one place."""

MAX_BODY_BYTES = 1024 * 1024
MAX_JSON_DEPTH = 16
MAX_IMAGE_PIXELS = 4_000_000
MAX_IMAGE_SIDE_PX = 4096
MAX_IMAGE_SEGMENTS = 10_000  # each costs a microsecond, and decoders more
MAX_JPEG_SCANS = 64  # a progressive one of four inks has 18; each costs up to 20 ms
MIN_PIXELS_SIDE = 8
MAX_PIXELS_SIDE = 1024
MAX_STROKES = 1000
MAX_POINTS = 50_000
MAX_COORDINATE = 1e9
MAX_CANDIDATES = 10
DEFAULT_CANDIDATES = 3
MAX_DIGITS = 32
MAX_NAME_CHARACTERS = 64
MAX_ID_CHARACTERS = 200
MAX_TENSOR_PICTURES = 128  # of one request, in one run of the network
# Of a name no control character and none that turns the direction of writing: reviewers read names
# in a terminal, which would obey them. A pattern of JSON Schema and of Python alike.
NAME_PATTERN = r"^[^\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]*$"

# Of what is read in bulk.
MAX_INPUT_BYTES = 512 * 1024 * 1024
MAX_INPUTS = 1_000_000  # of one object
MAX_LINES = 4 * MAX_INPUTS  # blank ones among them
MAX_ARCHIVE_ENTRIES = 100_000
MAX_DIRECTORY_BYTES = 24 * 1024 * 1024  # of an archive
PART_INPUTS = 250  # of one message; some seconds of work, some ten where all are large images
PART_BYTES = 8 * 1024 * 1024
