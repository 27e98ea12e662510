"""`python -m sample_data --out DIR [--seed 7]` draws the demo, `--small DIR` the drive in git."""

import argparse
from pathlib import Path

from sample_data import VERSION
from sample_data.generate import write_demo, write_small


def main() -> None:
    """Read the command line and draw."""
    parser = argparse.ArgumentParser(prog="python -m sample_data", description=__doc__)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=Path, metavar="DIR", help="draw the three demo days here")
    where.add_argument("--small", type=Path, metavar="DIR", help="draw the small drive here")
    parser.add_argument("--seed", type=int, default=7, help="which city (default: 7)")
    choice = parser.parse_args()
    if choice.small is not None:
        write_small(choice.small)
        print(f"The small drive is in {choice.small}.")
    elif write_demo(choice.out, VERSION, choice.seed):
        print(f"The drawn drives are in {choice.out}.")
    else:
        print(f"The drawn drives are already in {choice.out}, whole; nothing done.")


if __name__ == "__main__":
    main()
