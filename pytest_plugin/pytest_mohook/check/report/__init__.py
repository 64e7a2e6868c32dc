"""A verdict for people and for programs: terminal, JSON, JUnit XML, a page of HTML."""
