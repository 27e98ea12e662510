"""What became of a receipt of mine, by the books alone?"""

from pathlib import Path

from ingest.receipts import leaf_of, parse_receipt
from rewards.accounted import Accounting
from roadcomb.canonical import parse_json
from roadcomb.errors import IntegrityError, UsageError

__all__ = ["receipt_state"]


def receipt_state(path: Path, accounting: Accounting) -> str:
    """The state of the receipt in a file, once all epochs are taken in.

    Raises UsageError when the file cannot be read, IntegrityError when the books hold another
    receipt in its place: then the log was written anew.
    """
    try:
        receipt, _ = parse_receipt(parse_json(path.read_bytes()))
    except OSError as error:
        raise UsageError(f"the receipt {path} cannot be read: {error.strerror}") from error
    index = receipt.promise.log_index
    if index >= len(accounting.leaves):
        return "newer than these books"
    if accounting.leaves[index] != leaf_of(receipt.promise).hex():
        raise IntegrityError(f"{path}: the books hold another receipt as entry {index} of the log")
    return accounting.state(index)
