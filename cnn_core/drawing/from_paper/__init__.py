"""From a picture of a drawing to what a network sees, step by step."""
