"""The operator's half of the promise: is what we keep whole, is it kept twice, how does it run?"""
