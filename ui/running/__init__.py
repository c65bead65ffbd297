"""Runs and tasks from the window: the scheduler and the processes' messages as signals, and what a
person changes of runs. Draws nothing, and decides nothing that `workbench.execution` decides.
"""
