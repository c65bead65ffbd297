"""A search as a person asks for it, in the window or on the command line.

What is usually worth trying of a setting, what a request comes to before anything is trained, its
plan, and how a search is begun, resumed or extended. What it tries is decided by the rest of
`workbench.study`; nothing here trains or waits.
"""
