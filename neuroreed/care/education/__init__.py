"""Education: handouts that can be read, home programmes that are done, and proof of both."""
