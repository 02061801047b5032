"""Pages of the talk and of the people and papers in it: each view parses, calls one read or action, and shows it."""
