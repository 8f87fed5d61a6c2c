"""What `benches/budgets` and `benches/peers/run` are made of; Python's standard library only."""
