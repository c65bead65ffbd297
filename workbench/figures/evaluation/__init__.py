"""An evaluation as figures: confusion matrix, ROC, precision-recall, calibration, classes."""
