"""What a machine can do and what to ask of it: Autotune, roofline, energy, pre-flight, finders.

Plain arithmetic over what was measured; the measuring itself is in `workbench.runtime.jobs`.
"""
