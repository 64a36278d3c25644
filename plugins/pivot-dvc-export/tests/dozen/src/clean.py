import argparse
import csv

from src.text import words

parser = argparse.ArgumentParser()
parser.add_argument("source")
parser.add_argument("target")
parser.add_argument("--longest", type=int)
given = parser.parse_args()
with open("params.yaml") as stream:
    lower = "lower: true" in stream.read()
with open(given.source, newline="") as source, open(given.target, "w", newline="") as target:
    writer = csv.writer(target, lineterminator="\n")
    for kind, text in csv.reader(source):
        kept = " ".join(words(text))[: given.longest]
        writer.writerow([kind, kept.lower() if lower else kept])
