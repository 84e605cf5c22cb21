"""A demonstration: a doctor's practice whose reminders fall due within a minute."""
