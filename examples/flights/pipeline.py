"""How punctual were flights from New York around a blizzard? A branch per airport, then a report.

flights.csv -> clean_flights --> departures@EWR -+-> punctuality@EWR --> report, carriers
                                 departures@JFK  |   (with airlines.csv)
                                 departures@LGA  |
weather.csv -> clean_weather --------------------+-> hourly@EWR -------> daily
"""

from pathlib import Path
from typing import Annotated, Any

import delays
import pandas as pd
import tables

from pivot import loaders, outputs
from pivot.registry import REGISTRY
from pivot.stage_def import StageParams

AIRPORTS = ("EWR", "JFK", "LGA")


def clean_flights(
    raw: Annotated[pd.DataFrame, outputs.Dep("data/flights.csv", loaders.CSV())],
) -> Annotated[pd.DataFrame, outputs.Out("build/flights.parquet", loaders.Parquet())]:
    return tables.flights(raw)


def clean_weather(
    raw: Annotated[pd.DataFrame, outputs.Dep("data/weather.csv", loaders.CSV())],
) -> Annotated[pd.DataFrame, outputs.Out("build/weather.parquet", loaders.Parquet())]:
    return tables.weather(raw)


# The stages of one airport. `register_airport` puts the airport in the place of XXX.


class AirportParams(StageParams):
    airport: str


def departures(
    params: AirportParams,
    flights: Annotated[pd.DataFrame, outputs.Dep("build/flights.parquet", loaders.Parquet())],
) -> Annotated[pd.DataFrame, outputs.Out("build/XXX/departures.parquet", loaders.Parquet())]:
    return flights[flights["origin"] == params.airport].reset_index(drop=True)


class PunctualityParams(StageParams):
    late_after_minutes: int = 15


def punctuality(
    params: PunctualityParams,
    flights: Annotated[
        pd.DataFrame, outputs.Dep("build/XXX/departures.parquet", loaders.Parquet())
    ],
    airlines: Annotated[pd.DataFrame, outputs.Dep("data/airlines.csv", loaders.CSV())],
) -> Annotated[pd.DataFrame, outputs.Out("build/XXX/punctuality.csv", loaders.CSV())]:
    counted = delays.by_carrier(flights, params.late_after_minutes)
    return counted.merge(airlines, on="carrier", how="left", validate="one_to_one")


def hourly(
    params: AirportParams,
    flights: Annotated[
        pd.DataFrame, outputs.Dep("build/XXX/departures.parquet", loaders.Parquet())
    ],
    weather: Annotated[pd.DataFrame, outputs.Dep("build/weather.parquet", loaders.Parquet())],
) -> Annotated[pd.DataFrame, outputs.Out("build/XXX/hourly.csv", loaders.CSV())]:
    local = weather[weather["origin"] == params.airport].drop(columns="origin")
    return delays.by_hour(flights).merge(local, on=["month", "day", "hour"], how="left")


# What is made of all three airports.


def report(
    ewr: Annotated[pd.DataFrame, outputs.Dep("build/EWR/punctuality.csv", loaders.CSV())],
    jfk: Annotated[pd.DataFrame, outputs.Dep("build/JFK/punctuality.csv", loaders.CSV())],
    lga: Annotated[pd.DataFrame, outputs.Dep("build/LGA/punctuality.csv", loaders.CSV())],
) -> Annotated[dict[str, Any], outputs.Metric("report.json")]:
    airports = dict(zip(AIRPORTS, (ewr, jfk, lga), strict=True))
    totals = {airport: delays.totals(table) for airport, table in airports.items()}
    return {"all": delays.totals(pd.concat(airports.values())), **totals}


def carriers() -> Annotated[pd.DataFrame, outputs.Out("build/carriers.csv", loaders.CSV())]:
    files = [Path(f"build/{code}/punctuality.csv") for code in AIRPORTS]
    every = pd.concat(pd.read_csv(file) for file in files)
    counts = every.groupby(["carrier", "name"]).sum(numeric_only=True).reset_index()
    return counts.sort_values(["flights", "carrier"], ascending=[False, True])


def daily() -> Annotated[pd.DataFrame, outputs.Plot("build/daily.csv", loaders.CSV())]:
    files = {code: Path(f"build/{code}/hourly.csv") for code in AIRPORTS}
    hours = {code: pd.read_csv(file) for code, file in files.items()}
    every = pd.concat(hours, names=["airport"]).reset_index("airport")
    return delays.by_day(every)


def register_airport(code: str) -> None:
    flights = f"build/{code}/departures.parquet"
    params = AirportParams(airport=code)
    REGISTRY.register(
        departures, name=f"departures@{code}", params=params, outs={"return": flights}
    )
    REGISTRY.register(
        punctuality,
        name=f"punctuality@{code}",
        deps={"flights": flights},
        outs={"return": f"build/{code}/punctuality.csv"},
    )
    REGISTRY.register(
        hourly,
        name=f"hourly@{code}",
        params=params,
        deps={"flights": flights},
        outs={"return": f"build/{code}/hourly.csv"},
    )


REGISTRY.register(clean_flights)
REGISTRY.register(clean_weather)
for airport in AIRPORTS:
    register_airport(airport)
REGISTRY.register(report)
# These two open as many files as there are airports by themselves; `deps` names them for Pivot.
REGISTRY.register(carriers, deps=[f"build/{code}/punctuality.csv" for code in AIRPORTS])
REGISTRY.register(daily, deps=[f"build/{code}/hourly.csv" for code in AIRPORTS])
