import json
import sys
from pathlib import Path

model, part, target = map(Path, sys.argv[1:])
weights = json.loads(model.read_text())["weights"]
lines = part.read_text().splitlines()
total = sum(weights.get(word, 0) for line in lines for word in line.split())
target.parent.mkdir(exist_ok=True)
target.write_text(json.dumps({"score": total / max(len(lines), 1)}) + "\n")
