"""The three stories through the AWS command line."""
