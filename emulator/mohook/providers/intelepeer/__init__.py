"""IntelePeer: the inbound payload, its signature, its retries; what its API takes and answers.

Pure: the numbers, customers and tokens themselves stand in `directory`.
"""
