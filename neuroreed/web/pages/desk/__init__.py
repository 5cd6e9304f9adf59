"""The claims desk: files, remittances, denials, differences, authorisations, the month."""
