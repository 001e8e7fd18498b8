"""What trains the networks: pictures, losses, tasks, the optimiser, the loop."""
