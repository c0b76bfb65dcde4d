"""Write the tables of docs/operations.md.

python -m bench.operations
"""

import argparse

from bench.operations.document import DOCUMENT, alarm_table, write


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.operations", description=__doc__)
    parser.parse_args()
    write({"alarms": alarm_table()})
    print(f"Written: {DOCUMENT}")


if __name__ == "__main__":
    main()
