"""Episode documents: what a document says (model), reading one and writing one; pure: no Django, no I/O, no clock."""
