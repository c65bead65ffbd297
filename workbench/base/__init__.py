"""What everything may use and what uses nothing of ours: figures as text, paths, files, processes.

Nothing here knows of experiments, runs or networks.
"""
