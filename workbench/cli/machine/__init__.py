"""Commands that measure on this machine: speed, settings, time and memory."""
