"""What the training process and its jobs share: control, data, download, memory, the machine."""
