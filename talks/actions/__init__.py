"""Writes of the talk: keyword-only functions that lock, permit, check, write, record and announce."""
