"""What happens to a message before anybody reads it."""
