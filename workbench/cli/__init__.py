"""The command line: one module for commands of a kind, `main.py` for what they share.

Commands parse, call the engine and print; what they compute lives in the engine.
"""
