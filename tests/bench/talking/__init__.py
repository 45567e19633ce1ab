"""The parts of the conversation's evaluation, one file each; bench_conversation.py puts them together."""
