"""Pages of reading lists."""
