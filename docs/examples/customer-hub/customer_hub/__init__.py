"""A Customer Hub that works with Sunmao: what it files, what it asks for, and how it hears of changes."""
