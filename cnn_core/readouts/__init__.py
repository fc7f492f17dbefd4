"""What each layer of a network alone can tell, and what the part behind it adds.

`results` reads what was found, without Keras; `compute` finds it.
"""
