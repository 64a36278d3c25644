import argparse
import random
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("source", type=Path)
parser.add_argument("target", type=Path)
parser.add_argument("--share", type=float)
parser.add_argument("--seed", type=int)
given = parser.parse_args()
lines = given.source.read_text().splitlines(keepends=True)
random.Random(given.seed).shuffle(lines)
cut = int(len(lines) * given.share)
(given.target / "test.csv").write_text("".join(lines[:cut]))
(given.target / "train.csv").write_text("".join(lines[cut:]))
