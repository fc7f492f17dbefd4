"""Answers as they are sent: files of numbers, plain pages, compression."""
