"""The staff console at /staff: sign-in, queue, live conversations, corrections, customers' rights, the audit log."""
