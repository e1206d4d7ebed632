"""Requests that no SDK would send: each gets a 4xx answer, never a 500 and never a hang."""
