"""Other ways in which a message can be taken, and which of the answers that follow from them is the one to give."""
