"""The three services through an unmodified boto3."""
