"""Who may receive where: accounts, customers, numbers, tokens.

State without I/O and without a clock of its own. Delivering, storing and HTTP stand elsewhere.
"""
