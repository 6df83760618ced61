"""What the program costs, beside its budgets: ``make bench``."""
