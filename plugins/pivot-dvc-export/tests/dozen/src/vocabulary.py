import sys
from collections import Counter
from pathlib import Path

from text import words

source, target = map(Path, sys.argv[1:])
settings = dict(
    line.strip().split(": ")
    for line in Path("params.yaml").read_text().partition("vocabulary:\n")[2].splitlines()
)
counts = Counter(
    word for word in words(source.read_text()) if len(word) >= int(settings["shortest"])
)
target.write_text("\n".join(word for word, _ in sorted(counts.most_common(int(settings["most"])))))
