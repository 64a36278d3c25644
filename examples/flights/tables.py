"""What the columns of the raw tables mean, and in which form the stages use them."""

import pandas as pd

WHOLE_NUMBERS = ["dep_delay", "arr_delay", "air_time"]


def flights(raw: pd.DataFrame) -> pd.DataFrame:
    """Give one row per scheduled flight; a flight that never left has no `dep_delay`."""
    typed = raw.astype(dict.fromkeys(WHOLE_NUMBERS, "Int64"))
    return typed.sort_values(["month", "day", "hour", "origin", "carrier", "flight"], kind="stable")


def weather(raw: pd.DataFrame) -> pd.DataFrame:
    """Give hourly weather in metric units."""
    return pd.DataFrame(
        {
            **{name: raw[name] for name in ("origin", "month", "day", "hour")},
            "celsius": ((raw["temp"] - 32) / 1.8).round(1),
            "wind_km_per_h": (raw["wind_speed"] * 1.609344).round(1),
            "rain_mm": (raw["precip"] * 25.4).round(1),
            "visibility_km": (raw["visib"] * 1.609344).round(1),
        }
    )
