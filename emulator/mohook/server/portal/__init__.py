"""The pages that people look at: server-rendered, with small scripts and no build step.

Each page is one module in `pages` and one template. Nothing here decides anything: pages show
what the store and the directories hold, and their scripts call the control API.
"""
