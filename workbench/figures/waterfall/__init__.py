"""What each lever of a study is worth, as a waterfall that carries its own numbers."""
