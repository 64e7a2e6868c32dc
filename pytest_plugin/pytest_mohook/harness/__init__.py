"""What the fixtures give: handles on an emulator, in this process or already running.

Imports nothing at load that a test does not use; Hypothesis stands in `strategies` and `stateful`.
"""
