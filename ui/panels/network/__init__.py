"""The tab Network: layers, drawing, levers, comparison, code, gallery of presets."""
