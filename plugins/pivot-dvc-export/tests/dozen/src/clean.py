import argparse
import csv
from pathlib import Path

from src.text import words

parser = argparse.ArgumentParser()
parser.add_argument("source", type=Path)
parser.add_argument("target", type=Path)
parser.add_argument("--longest", type=int)
given = parser.parse_args()
lower = "lower: true" in Path("params.yaml").read_text()
with given.target.open("w", newline="") as target:
    writer = csv.writer(target, lineterminator="\n")
    for kind, text in csv.reader(given.source.read_text().splitlines()):
        kept = " ".join(words(text))[: given.longest]
        writer.writerow([kind, kept.lower() if lower else kept])
