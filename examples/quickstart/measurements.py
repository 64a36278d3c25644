"""What was measured on every penguin: the columns that count, and which rows can be used."""

import numpy as np
import pandas as pd

FEATURES = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]


def complete(penguins: pd.DataFrame) -> pd.DataFrame:
    """Drop the birds that were seen but not measured."""
    return penguins.dropna(subset=FEATURES).reset_index(drop=True)


def features(penguins: pd.DataFrame) -> np.ndarray:
    """Give a row of numbers for each bird."""
    return penguins[FEATURES].to_numpy(dtype=float)
