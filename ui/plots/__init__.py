"""Live plots of runs: curve buffers, a min/max pyramid, drawing within a budget, themes.

What lives here knows neither TensorFlow nor the engine (`workbench`): runs arrive as arrays.
"""
