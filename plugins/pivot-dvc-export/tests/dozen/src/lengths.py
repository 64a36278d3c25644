import sys
from collections import Counter
from pathlib import Path

counts = Counter(len(line) for line in Path(sys.argv[1]).read_text().splitlines())
rows = [f"{length},{count}\n" for length, count in sorted(counts.items())]
Path(sys.argv[2]).write_text("".join(["length,count\n", *rows]))
