"""What a run takes from other runs of its store: initial weights, and a teacher's answers."""
