"""The ledger: each behaviour with its grade, its source, and the switch that changes it.

Facts as data, and reading them. No behaviour is decided here.
"""

from mohook.assumptions.assumption import Assumption, Grade
from mohook.assumptions.ledger import LEDGER, PLAIN, Entry, ledger

__all__ = ["LEDGER", "PLAIN", "Assumption", "Entry", "Grade", "ledger"]
