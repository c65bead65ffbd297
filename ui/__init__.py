"""The Qt application: forms, plots and tables. No TensorFlow anywhere in it."""
