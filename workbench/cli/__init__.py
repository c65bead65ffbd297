"""The command line: a module a command, found by `main.py` and imported when it is called.

Commands parse, call the engine and print; what they compute lives in the engine.
"""
