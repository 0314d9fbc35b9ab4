"""What can be ordered: tiers, categories, kinds of job, rate cards, cities. Loaded from the vertical pack."""
