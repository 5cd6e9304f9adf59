"""Claims and remittances as columns: read at the speed of a scan, equal to the plain reader."""
