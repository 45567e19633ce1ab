"""Real customers' questions about products, answered from one piece of evidence."""
