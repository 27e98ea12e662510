"""Mechanisms that networks pay by, one law a module; pure, integers or Decimal, no float."""
