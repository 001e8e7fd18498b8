"""Pure functions on tensors, arrays and pictures."""
