"""What is true of the shop and what is said of it: a plan of facts for what was understood."""
