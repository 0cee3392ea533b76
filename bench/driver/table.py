"""Rows as aligned text and as CSV."""

import csv
from pathlib import Path


def show(rows):
    """Prints rows, each a dict with the same keys: words to the left, numbers to the right."""
    if not rows:
        return
    names = list(rows[0])
    cells = [names] + [[text(row[name]) for name in names] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells)]
    left = [isinstance(rows[0][name], str) for name in names]
    for line in cells:
        padded = (cell.ljust(width) if words else cell.rjust(width) for cell, width, words in zip(line, widths, left))
        print("  ".join(padded).rstrip())
    print(flush=True)


def text(value):
    """A number with as many digits as mean something."""
    if value is None:
        return "-"
    if not isinstance(value, float):
        return str(value)
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def write(path, rows):
    """Writes rows as CSV."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    print("written:", path)
