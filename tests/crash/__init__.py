"""kill -9 in the middle of work; everything acknowledged must be there afterwards."""
