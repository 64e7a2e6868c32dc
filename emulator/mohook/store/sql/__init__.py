"""The store in a database: SQLAlchemy Core on an SQLite file, or on PostgreSQL.

Nothing outside imports what is here before a state is asked for: SQLAlchemy takes its time.
"""
