"""What an SMS can carry: alphabet, parts, addresses.

Pure, on the standard library and `mohook.errors` alone. Nothing here knows a provider.
"""
