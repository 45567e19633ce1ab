"""Orders, end to end: who is asking, what they want done, what may be done, the yes, the write, and what was done."""
