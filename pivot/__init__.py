"""Pivot."""
