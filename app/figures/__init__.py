"""Pictures of numbers that are ready to be drawn: plain arrays in, plotly figures out.

Nothing is computed here and nothing here knows of networks.
"""
