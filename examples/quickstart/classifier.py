"""Softmax regression in a few lines: one linear score per species; the highest one wins."""

from typing import Any

import numpy as np
import pandas as pd

# Enough for the result, and few enough that every processor's rounding gives the same file.
DIGITS = 6


def fit(
    features: np.ndarray, labels: pd.Series, learning_rate: float, steps: int
) -> dict[str, Any]:
    """Learn by gradient descent on the cross-entropy; the model is plain numbers, fit for JSON."""
    classes = sorted(labels.unique())
    wanted = (labels.to_numpy()[:, None] == np.array(classes)).astype(float)
    mean, deviation = features.mean(axis=0), features.std(axis=0)
    scaled = (features - mean) / deviation
    weights, bias = np.zeros((features.shape[1], len(classes))), np.zeros(len(classes))
    for _ in range(steps):
        error = _softmax(scaled @ weights + bias) - wanted
        weights -= learning_rate * scaled.T @ error / len(features)
        bias -= learning_rate * error.mean(axis=0)
    numbers = {"mean": mean, "deviation": deviation, "weights": weights, "bias": bias}
    return {"classes": classes} | {k: v.round(DIGITS).tolist() for k, v in numbers.items()}


def predict(model: dict[str, Any], features: np.ndarray) -> np.ndarray:
    """Give the most likely class for each row."""
    scaled = (features - np.array(model["mean"])) / np.array(model["deviation"])
    scores = scaled @ np.array(model["weights"]) + np.array(model["bias"])
    return np.array(model["classes"])[scores.argmax(axis=1)]


def confusion(actual: pd.Series, predicted: np.ndarray) -> pd.DataFrame:
    """Count how often each actual class was taken for each other one."""
    pairs = pd.DataFrame({"actual": actual.to_numpy(), "predicted": predicted})
    return pairs.groupby(["actual", "predicted"]).size().rename("birds").reset_index()


def _softmax(scores: np.ndarray) -> np.ndarray:
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)
