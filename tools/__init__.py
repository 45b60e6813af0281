"""What builds and measures the course; nothing that a learner imports."""
