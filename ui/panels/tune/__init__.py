"""The tab Tune: speed, learning rate, batch size, roofline."""
