"""Demand: customers burn tokens for credits and open cells; who drove there is paid for it."""
