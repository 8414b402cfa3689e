"""What was really the case and really sent, in files, for whoever judges a platform."""
