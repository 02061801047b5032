"""The REST API of people, and what the resources of every app share."""
