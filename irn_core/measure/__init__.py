"""What is measured: scores, spread, normality, information, rates, seconds."""
