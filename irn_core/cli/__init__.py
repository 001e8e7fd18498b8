"""The command line: each file adds the commands of one kind."""
