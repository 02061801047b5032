"""Text and what it becomes: site dialect, addresses, targets; pure: no Django, no file, no clock."""
