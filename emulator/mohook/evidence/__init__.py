"""What a page tells of a message beside its JSON: how it went, why, and how to do it again.

Pure: takes messages, attempts and settings, returns data or text. Secrets are masked.
"""
