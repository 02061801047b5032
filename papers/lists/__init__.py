"""Reading lists as documents: a README read into a ListDoc, and a ListDoc written as a README, BibTeX or JSON. Pure."""
