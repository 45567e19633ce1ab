"""How an answer may be worded: the phrasebook, the notes that a model gets, and the check of what it makes of them."""
