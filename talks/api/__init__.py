"""The REST API of the talk."""
