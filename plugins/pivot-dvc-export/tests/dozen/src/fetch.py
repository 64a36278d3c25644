import csv
import sys
from pathlib import Path

source, target = map(Path, sys.argv[1:])
target.parent.mkdir(exist_ok=True)
with target.open("w", newline="") as stream:
    writer = csv.writer(stream, lineterminator="\n")
    for file in sorted(source.glob("*.txt")):
        for line in file.read_text().splitlines():
            writer.writerow([file.stem, line])
