"""Measurements: one package per scenario, its results in ``results/``."""
