"""Traces: from a figure down to what it rests on, and from an event up to the figures that it touches.

Each way is one statement per scope, whatever the number of figures or events. What a figure rests on is looked for
in its own body's log; what stands in other logs, or is not for the reader, is counted and not shown.
"""
