"""One function for each thing a person does: access, domain, write, event, in this order."""
