"""A help desk that opens a ticket for each SMS."""
