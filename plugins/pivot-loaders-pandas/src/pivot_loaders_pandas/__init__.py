"""pandas loaders for Pivot."""
