"""What a trained network is worth: predictions, figures by class, latency, diagnosis, significance.

Plain values and NumPy; the network itself is asked in `workbench.runtime.jobs`.
"""
