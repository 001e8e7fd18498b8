"""The lesson: eight chapters and a quiz on the picture at hand."""
