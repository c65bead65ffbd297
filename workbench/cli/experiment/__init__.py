"""Commands about an experiment before it is trained: costs, script, presets, data sets."""
