"""What runs show: designs, noise, resolution, verdicts and waterfalls, as plain numbers.

Values in, sentences and numbers out; nothing here knows a store, and no experiment is changed.
"""
