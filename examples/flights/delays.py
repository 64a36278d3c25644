"""When a flight counts as late or as cancelled, and how flights are counted."""

from typing import Any

import pandas as pd


def is_cancelled(flights: pd.DataFrame) -> pd.Series:
    """Say for each flight whether it never left."""
    return flights["dep_delay"].isna()


def is_late(flights: pd.DataFrame, after_minutes: int) -> pd.Series:
    """Say for each flight whether it left more than so many minutes after its time."""
    return (flights["dep_delay"] > after_minutes).fillna(value=False).astype(bool)


def by_carrier(flights: pd.DataFrame, after_minutes: int) -> pd.DataFrame:
    """Count each carrier's flights, and how many of them were late or cancelled."""
    marked = flights.assign(
        flights=1, late=is_late(flights, after_minutes), cancelled=is_cancelled(flights)
    )
    return marked.groupby("carrier")[["flights", "late", "cancelled"]].sum().reset_index()


def by_hour(flights: pd.DataFrame) -> pd.DataFrame:
    """Count flights per hour of their schedule, with the mean delay of those that left."""
    marked = flights.assign(cancelled=is_cancelled(flights))
    counted = marked.groupby(["month", "day", "hour"]).agg(
        flights=("flight", "size"), cancelled=("cancelled", "sum"), delay=("dep_delay", "mean")
    )
    return counted.assign(delay=counted["delay"].round(2)).reset_index()


def by_day(hours: pd.DataFrame) -> pd.DataFrame:
    """Count flights per airport and day, with the coldest hour and the strongest wind."""
    return (
        hours.groupby(["airport", "month", "day"])
        .agg(
            flights=("flights", "sum"),
            cancelled=("cancelled", "sum"),
            celsius=("celsius", "min"),
            wind_km_per_h=("wind_km_per_h", "max"),
        )
        .reset_index()
    )


def totals(carriers: pd.DataFrame) -> dict[str, Any]:
    """Add up the carriers; shares are of all scheduled flights."""
    flights = int(carriers["flights"].sum())
    shares = {
        name: round(float(carriers[name].sum()) / flights, 4) for name in ("late", "cancelled")
    }
    return {"flights": flights, **shares}
