"""The verdict: named checks of a receiver at a URL, and what came of them."""
