"""`make package`: build/deployment.zip and build/template.json, ready for CloudFormation.

Beside them build/sbom.json says what is in the package, in CycloneDX.
"""

import argparse
import hashlib
import sys
from pathlib import Path

from tools.package.build import ROOT, build_package
from tools.package.check import sizes, unpacked_bytes
from tools.package.errors import PackagingFailed


def main() -> int:
    """Build the package and list it; return 1 with one line where that fails."""
    options = _parse()
    try:
        archive = build_package(options.out, stage=options.stage, merged=options.merge_template)
    except PackagingFailed as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; the package of before is as it was.", file=sys.stderr)
        return 130
    _describe(archive)
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make package", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "build", help="default: build")
    parser.add_argument("--stage", default="stack", help="of .chalice/config.json; default: stack")
    parser.add_argument("--merge-template", type=Path, help="merged into Chalice's template")
    return parser.parse_args()


def _describe(archive: Path) -> None:
    """Print what the package holds, its size and its sha256."""
    print(f"{'MB unpacked':>12s}{'zipped':>8s}")
    for name, unpacked, zipped in sizes(archive):
        print(f"{unpacked / 1e6:12.2f}{zipped / 1e6:8.2f}  {name}")
    total = archive.stat().st_size
    print(f"{unpacked_bytes(archive) / 1e6:12.2f}{total / 1e6:8.2f}  in all")
    print(f"{archive}\nsha256 {hashlib.sha256(archive.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    sys.exit(main())
