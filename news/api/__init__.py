"""API resources of the news, and the metrics."""
