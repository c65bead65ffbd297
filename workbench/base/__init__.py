"""What everything may use and what uses nothing of ours: figures as text, paths, files, pooling.

Nothing here knows of experiments, runs or networks.
"""
