"""What of the dependencies is never loaded, by patterns of their files' names in the package.

Each pattern is fnmatch's, so `*` crosses folders. tests/deploy reads every kind of drawing with
what is left; tools/package/check.py imports all of ours.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase

NUMPY_PARTS = ("ctypeslib", "f2py", "fft", "polynomial", "random", "testing")
NEVER_LOADED = (
    # the C library beside the Python module, which holds all of it again
    "onnxruntime/capi/libonnxruntime.so*",
    # tools for who makes models
    "onnxruntime/transformers/*",
    "onnxruntime/quantization/*",
    "onnxruntime/tools/*",
    "onnxruntime/datasets/*",
    "onnxruntime/backend/*",
    "onnxruntime/capi/onnxruntime_collect_build_info.py",
    # onnxruntime asks for these for the tools above
    "google/*",
    "protobuf-*",
    "flatbuffers*",
    "packaging*",
    # tests, types and C headers
    "*/tests/*",
    "*/conftest.py",
    "*.pyi",
    "*.pxd",
    "*.pyx",
    "*.h",
    "*.c",
    "*.a",
    "*/py.typed",
    # what packages say of themselves; licences stay
    "*.dist-info/RECORD",
    "*.dist-info/sboms/*",
    "numpy/_pyinstaller/*",
    "numpy/distutils/*",
    "numpy/_core/_*_tests.*.so",
    "numpy/_core/_simd.*.so",
    # parts of numpy that it imports when they are asked for; what serves asks for none
    *(f"numpy/{part}/*" for part in NUMPY_PARTS),
    # Pillow beyond PNG, JPEG and WebP: AVIF, fonts, colour profiles, windows, maths on images
    "PIL/*ImagePlugin.py",
    "PIL/_avif.*",
    "PIL/_imagingft.*",
    "PIL/_imagingcms.*",
    "PIL/_imagingtk.*",
    "PIL/_imagingmath.*",
    "PIL/_imagingmorph.*",
    "pillow.libs/libavif-*",
    "pillow.libs/libharfbuzz-*",
    "pillow.libs/libfreetype-*",
    "pillow.libs/libpng16-*",
    "pillow.libs/libbrotli*",
    "pillow.libs/liblcms2-*",
    # byte code of another place and time
    "*.pyc",
)
# Exif data is a TIFF file inside a JPEG, and a JPEG of several pictures is an MPO.
LOADED = frozenset(f"PIL/{name}ImagePlugin.py" for name in ("Jpeg", "Mpo", "Png", "Tiff", "WebP"))


def trimmed(names: Iterable[str]) -> list[str]:
    """Return those names that may be loaded, sorted."""
    return sorted(
        name
        for name in names
        if not name.endswith("/")
        and (name in LOADED or not any(fnmatchcase(name, out) for out in NEVER_LOADED))
    )
