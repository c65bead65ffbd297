"""The lever study: which optimizations are worth it for an experiment, within a budget of time.

What is tried next, stage by stage, from the store alone (`study`), and what came of it as one value
(`answer`). Designs, tests and waterfalls as plain numbers are in `judging`; nothing is trained
here.
"""
