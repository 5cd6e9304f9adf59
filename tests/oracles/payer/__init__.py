"""A payer that answers our claims, written from the rule book; shares no code with the product."""
